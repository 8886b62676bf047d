"""More like this: the rarest tokens that a document shares with others."""

import sqlite3
from collections import Counter

from search.engines.sqlite import expressions
from search.segmentation import GAP

_MAX_CANDIDATES = 120
_MAX_TOKENS = 20


def expression(connection: sqlite3.Connection, identifier: str) -> str | None:
    """What finds documents like this one, or None when nothing in it is telling."""
    row = connection.execute(
        "SELECT t.title, t.tags, t.names, t.body FROM document_tokens t"
        " JOIN documents d ON d.doc = t.doc WHERE d.id = ?",
        [identifier],
    ).fetchone()
    if row is None:
        return None
    often = Counter(token for token in row[3].split() if len(token) > 1)
    first = dict.fromkeys(token for column in row[:3] for token in column.split()[:100])
    candidates = list(first | dict.fromkeys(token for token, _ in often.most_common(200)))
    rare: list[tuple[int, str]] = []
    for token in candidates[:_MAX_CANDIDATES]:
        found = connection.execute("SELECT doc FROM vocabulary WHERE term = ?", [token]).fetchone()
        # A token of this document alone leads nowhere.
        if found and found[0] > 1 and len(token) > 1 and token != GAP:
            rare.append((found[0], token))
    rare.sort()
    return expressions.any_of([token for _, token in rare[:_MAX_TOKENS]]) or None
