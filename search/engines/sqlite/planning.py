"""Make a request cheaper by what the file knows, without changing what a reader is shown first.

Which documents are not due yet: few, so they are listed, and the rows of all others need not
be read. Which words of a long question are common: of a hundred thousand documents half have
one of them, and ranking these took longer than everything else together.
"""

# ruff: noqa: S608 - an operator of our own is put in; every value is a parameter

import sqlite3
from dataclasses import replace

from search.engines.sqlite.comparisons import ANYTHING, Clause, joined
from search.engines.sqlite.expressions import Loose
from search.engines.sqlite.request import Latest, Request

# As many texts with any word of a query are ranked; beyond that its commonest words are left
# out of the last tiers. Smaller indexes never come so far.
MOST_LOOSE_HITS = 10_000
_MOST_EXCEPTIONS = 500


def planned(connection: sqlite3.Connection, request: Request) -> Request:
    """The same request, as it is best asked of this file at this moment."""
    if request.latest is not None:
        where = joined([_up_to(connection, request.latest), request.where], "AND")
        request = replace(request, where=where, latest=None)
    if request.loose is not None:
        request = replace(request, loose=_telling(connection, request.loose))
    return request


def _up_to(connection: sqlite3.Connection, latest: Latest) -> Clause:
    """Not newer than a moment: as a list of exceptions, where they are few."""
    beyond = ">" if latest.operator == "<=" else ">="
    exceptions = connection.execute(
        "SELECT doc FROM documents WHERE recency = '' UNION ALL"
        f" SELECT doc FROM documents WHERE recency {beyond} ? LIMIT {_MOST_EXCEPTIONS + 1}",
        [latest.value],
    ).fetchall()
    if len(exceptions) > _MOST_EXCEPTIONS:
        return Clause(f"(d.recency != '' AND d.recency {latest.operator} ?)", (latest.value,))
    if not exceptions:
        return ANYTHING
    return Clause(f"d.doc NOT IN ({', '.join(str(doc) for (doc,) in exceptions)})")


def _telling(connection: sqlite3.Connection, loose: Loose) -> Loose:
    """Without the commonest words, where all together have too many texts."""
    (last,) = connection.execute("SELECT max(doc) FROM documents").fetchone()
    # A code term is never optional: the other words only help to rank.
    if loose.code or len(loose.words) < 2 or (last or 0) <= MOST_LOOSE_HITS:
        return loose
    counts = {
        word: connection.execute(
            "SELECT count(*) FROM tokens WHERE tokens MATCH ?", [expression]
        ).fetchone()[0]
        for word, expression in loose.spellings().items()
    }
    total = 0
    common = []
    for place, word in enumerate(sorted(counts, key=counts.__getitem__)):
        total += counts[word]
        if place and total > MOST_LOOSE_HITS:
            common.append(word)
    return loose.without(common)
