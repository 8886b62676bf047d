"""Run a request on a connection: hits in order, and their number."""

# ruff: noqa: S608 - names of our own columns are put together here; every value is a parameter

import re
import sqlite3
from dataclasses import dataclass, field
from itertools import pairwise

from search.engines import values
from search.engines.results import Hit
from search.engines.sqlite.request import ANYTHING, Clause, Fields, Request, Tier, order
from search.engines.sqlite.schema import TEXT_COLUMNS

# Body, title and the others count alike, what a word is also found by a little less; the
# column of what is only spelled does not count. Louder titles rank worse on real questions.
_WEIGHTS = ", ".join(["1.0"] * (len(TEXT_COLUMNS) - 1) + ["0.5", "0.0"])
_TIER_SCORE = 1000.0
_OF_A_ROW = re.compile(r"\bd\.(?!doc\b)")
Ranked = tuple[int, float]


@dataclass
class Found:
    """What a request finds: how many, and the best of them with their scores."""

    total: int
    ranked: list[Ranked] = field(default_factory=list)


def count(connection: sqlite3.Connection, request: Request) -> int:
    source = matching(request)
    return connection.execute(f"SELECT count(*) {source.sql}", source.params).fetchone()[0]


def rank(
    connection: sqlite3.Connection,
    request: Request,
    sort_by: Clause | None,
    wanted: int,
    boosts: Clause,
) -> list[Ranked]:
    """The first documents and their scores, up to `wanted`."""
    if sort_by is None and request.helping:
        return _with_helping_text(connection, request, wanted, boosts)
    if sort_by is None and not request.strict and boosts != ANYTHING:
        return _lifted(connection, request, wanted, boosts)
    if sort_by is not None or not request.strict:
        return _sorted(connection, request, sort_by, wanted)
    return _by_tiers(connection, request, wanted, boosts)


def load(connection: sqlite3.Connection, ranked: list[Ranked], with_stored: bool) -> list[Hit]:
    """The documents themselves; without their values where nobody asks for these."""
    found = {}
    stored = "stored" if with_stored else "'{}'"
    for first in range(0, len(ranked), 500):
        docs = [doc for doc, _ in ranked[first : first + 500]]
        for row in connection.execute(
            f"SELECT doc, id, django_ct, django_id, {stored} FROM documents"
            f" WHERE doc IN ({', '.join('?' * len(docs))})",
            docs,
        ):
            found[row[0]] = row[1:]
    return [_hit(found[doc], score) for doc, score in ranked]


def _hit(row: tuple[str, str, str, str], score: float) -> Hit:
    identifier, django_ct, django_id, stored = row
    return Hit(identifier, django_ct, django_id, score, values.decode(stored))


def matching(request: Request) -> Clause:
    """FROM and WHERE of everything that the request finds; `d.doc` is a document's number."""
    if not request.strict:
        return Clause(f"FROM documents d WHERE {request.where.sql}", request.where.params)
    return _with_rows(request.tiers[-1].match, request.where)


def _with_rows(expression: str, where: Clause, always: bool = False) -> Clause:
    """Matches and their documents; without the table of documents where a number is enough."""
    if where == ANYTHING and not always:
        return Clause(
            "FROM (SELECT rowid AS doc FROM tokens WHERE tokens MATCH ?) d", (expression,)
        )
    if not always and not _OF_A_ROW.search(where.sql):
        return Clause(
            f"FROM (SELECT rowid AS doc FROM tokens WHERE tokens MATCH ?"
            f" AND {_numbered(where.sql)}) d",
            (expression, *where.params),
        )
    return Clause(
        "FROM tokens CROSS JOIN documents d ON d.doc = tokens.rowid"
        f" WHERE tokens MATCH ? AND {where.sql}",
        (expression, *where.params),
    )


def _numbered(sql: str) -> str:
    # With a plus, for SQLite would look up each number of a list in FTS5 on its own.
    return sql.replace("d.doc", "+tokens.rowid")


def _by_tiers(
    connection: sqlite3.Connection, request: Request, wanted: int, boosts: Clause
) -> list[Ranked]:
    """Tier after tier, until there are enough.

    What better tiers have is left out of the later ones here and not in FTS5, where NOT costs
    more than everything else: it is known, for a later tier is asked only when they are used up.
    """
    tiers = request.tiers
    ranked: list[Ranked] = []
    for place, tier in enumerate(tiers):
        passed = {doc for doc, _ in ranked}
        # Titles stand a score above their tier, and below the tier before it.
        base = (len(tiers) - place - 1) * 2 * _TIER_SCORE
        rows = _tier(connection, tier, request.where, wanted, boosts)
        ranked.extend((doc, base - score) for doc, score in rows if doc not in passed)
        if len(ranked) >= wanted:
            break
    return ranked[:wanted]


def _tier(
    connection: sqlite3.Connection, tier: Tier, where: Clause, limit: int, boosts: Clause
) -> list[Ranked]:
    """Documents and negated scores of one tier; those with it in their title come first.

    Titles divide a tier and do not rank it: bm25 of titles alone puts the shortest page first.
    """
    score, params = f"bm25(tokens, {_WEIGHTS}) * {boosts.sql}", list(boosts.params)
    if tier.titles:
        score += (
            f" - {_TIER_SCORE} * (+tokens.rowid IN (SELECT rowid FROM tokens WHERE tokens MATCH ?))"
        )
        params.append(tier.titles)
    if _OF_A_ROW.search(where.sql + score):
        return _tier_with_rows(connection, tier, where, limit, Clause(score, tuple(params)))
    rows = connection.execute(
        f"SELECT rowid, {_numbered(score)} AS relevance FROM tokens"
        f" WHERE tokens MATCH ? AND {_numbered(where.sql)} ORDER BY relevance LIMIT ?",
        [*params, tier.ranking or tier.match, *where.params, limit + 1],
    ).fetchall()
    if len(rows) > limit and rows[limit][1] == rows[limit - 1][1]:
        # Which of the equals belong here, only their dates can tell.
        return _tier_with_rows(connection, tier, where, limit, Clause(score, tuple(params)))
    return _equals_by_date(connection, rows[:limit])


def _tier_with_rows(
    connection: sqlite3.Connection, tier: Tier, where: Clause, limit: int, score: Clause
) -> list[Ranked]:
    source = _with_rows(tier.ranking or tier.match, where, always=True)
    rows = connection.execute(
        f"SELECT d.doc, {score.sql} AS relevance {source.sql}"
        " ORDER BY relevance, d.recency DESC, d.id LIMIT ?",
        [*score.params, *source.params, limit],
    )
    return list(rows)


def _equals_by_date(connection: sqlite3.Connection, rows: list[Ranked]) -> list[Ranked]:
    """Hits of equal score newer first, then by identifier."""
    equal = {score for (_, score), (_, after) in pairwise(rows) if score == after}
    docs = [doc for doc, score in rows if score in equal]
    dates: dict[int, tuple[str, str]] = {}
    for first in range(0, len(docs), 500):
        some = docs[first : first + 500]
        marks = ", ".join("?" * len(some))
        found = connection.execute(
            f"SELECT doc, recency, id FROM documents WHERE doc IN ({marks})", some
        )
        dates.update((doc, (recency, identifier)) for doc, recency, identifier in found)
    rows = sorted(rows, key=lambda row: dates.get(row[0], ("", ""))[1])
    rows.sort(key=lambda row: dates.get(row[0], ("", ""))[0], reverse=True)
    rows.sort(key=lambda row: row[1])
    return rows


def _with_helping_text(
    connection: sqlite3.Connection, request: Request, wanted: int, boosts: Clause
) -> list[Ranked]:
    rows = connection.execute(
        f"SELECT d.doc, -coalesce(t.rank, 0) * {boosts.sql} FROM documents d LEFT JOIN"
        f" (SELECT rowid, bm25(tokens, {_WEIGHTS}) AS rank FROM tokens WHERE tokens MATCH ?) t"
        f" ON t.rowid = d.doc WHERE {request.where.sql}"
        " ORDER BY 2 DESC, d.recency DESC, d.id LIMIT ?",
        [*boosts.params, request.helping, *request.where.params, wanted],
    )
    return list(rows)


def _lifted(
    connection: sqlite3.Connection, request: Request, wanted: int, boosts: Clause
) -> list[Ranked]:
    """Where nothing ranks, all are alike but for the terms that lift them."""
    rows = connection.execute(
        f"SELECT d.doc, {boosts.sql} FROM documents d WHERE {request.where.sql}"
        " ORDER BY 2 DESC, d.recency DESC, d.id LIMIT ?",
        [*boosts.params, *request.where.params, wanted],
    )
    return list(rows)


def _sorted(
    connection: sqlite3.Connection, request: Request, sort_by: Clause | None, wanted: int
) -> list[Ranked]:
    by = sort_by or order([], Fields({}, {}))
    source = matching(request)
    if request.strict:
        source = _with_rows(request.tiers[-1].match, request.where, always=True)
    rows = connection.execute(
        f"SELECT d.doc {source.sql} ORDER BY {by.sql} LIMIT ?",
        [*source.params, *by.params, wanted],
    )
    return [(doc, 0.0) for (doc,) in rows]
