"""Run a request on a connection: hits in order, their number, and the counts of facets."""

# ruff: noqa: S608 - names of our own columns are put together here; every value is a parameter

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from search.engines import values
from search.engines.sqlite.request import ANYTHING, Clause, Fields, Request, in_titles, order
from search.engines.sqlite.schema import TEXT_COLUMNS

# Body, title and the others count alike, what a word is also found by a little less; the
# column of what is only spelled does not count. Louder titles rank worse on real questions.
_WEIGHTS = ", ".join(["1.0"] * (len(TEXT_COLUMNS) - 1) + ["0.5", "0.0"])
_TIER_SCORE = 1000.0
_MAX_FACET_VALUES = 1000
_MAX_DATE_BUCKETS = 5000


@dataclass(frozen=True)
class Hit:
    """One found document."""

    django_ct: str
    django_id: str
    score: float
    stored: dict[str, Any]
    id: str


@dataclass(frozen=True)
class Page:
    """A slice of the hits, and of how many."""

    hits: list[Hit]
    total: int


def page(
    connection: sqlite3.Connection,
    request: Request,
    sort_by: Clause | None,
    start: int,
    end: int | None,
    boosts: Clause,
) -> Page:
    """The hits from `start` to `end` and the number of all."""
    total = count(connection, request)
    wanted = (total if end is None else min(end, total)) - start
    if wanted <= 0:
        return Page([], total)
    if sort_by is not None or not request.tiers:
        ranked = _sorted(connection, request, sort_by, start, wanted)
    else:
        ranked = _ranked(connection, request, start, wanted, boosts)
    return Page(_load(connection, ranked), total)


def count(connection: sqlite3.Connection, request: Request) -> int:
    source = _matching(request)
    return connection.execute(f"SELECT count(*) {source.sql}", source.params).fetchone()[0]


def remember(connection: sqlite3.Connection, request: Request) -> None:
    """Keep the hits in a table of this connection, for several counts over them."""
    source = _matching(request)
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS hits (doc INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.hits")
    connection.execute(f"INSERT INTO temp.hits SELECT d.doc {source.sql}", source.params)


def field_facets(
    connection: sqlite3.Connection, facets: Mapping[str, Mapping[str, Any]], fields: Fields
) -> dict[str, list[tuple[Any, int]]]:
    """For each field its values among the remembered hits, most frequent first."""
    counted = {}
    for name, options in facets.items():
        limit = min(int(options.get("limit", options.get("size", 100))), _MAX_FACET_VALUES)
        rows = connection.execute(
            "SELECT value, count(*) FROM temp.hits h"
            " CROSS JOIN field_values v ON v.doc = h.doc AND v.field = ?"
            " GROUP BY value ORDER BY 2 DESC, 1 LIMIT ?",
            [name, limit],
        )
        field = fields.types.get(name)
        counted[name] = [(values.from_comparable(value, field), number) for value, number in rows]
    return counted


def date_facets(
    connection: sqlite3.Connection, facets: Mapping[str, Mapping[str, Any]], fields: Fields
) -> dict[str, list[tuple[datetime, int]]]:
    """For each field the number of remembered hits in each span of time, empty ones left out."""
    counted = {}
    for name, options in facets.items():
        field = fields.types.get(name)
        spans = _spans(options)
        bounds = [values.comparable(moment, field) for moment in spans]
        rows = connection.execute(
            "SELECT value FROM temp.hits h CROSS JOIN field_values v"
            " ON v.doc = h.doc AND v.field = ? WHERE value >= ? AND value < ? ORDER BY value",
            [name, bounds[0], bounds[-1]],
        ).fetchall()
        buckets: list[tuple[datetime, int]] = []
        position = 0
        for moment, until in zip(spans[:-1], bounds[1:], strict=True):
            first = position
            while position < len(rows) and rows[position][0] < until:
                position += 1
            if position > first:
                buckets.append((moment, position - first))
        counted[name] = buckets
    return counted


def count_where(connection: sqlite3.Connection, condition: Clause) -> int:
    """How many of the remembered hits also meet a condition."""
    return connection.execute(
        f"SELECT count(*) FROM temp.hits h JOIN documents d ON d.doc = h.doc WHERE {condition.sql}",
        condition.params,
    ).fetchone()[0]


def _matching(request: Request) -> Clause:
    """FROM and WHERE of everything that the request finds."""
    if not request.tiers or request.tiers[0] == "":
        return Clause(f"FROM documents d WHERE {request.where.sql}", request.where.params)
    return _joined_tokens(request.tiers[-1], request.where)


def _joined_tokens(expression: str, where: Clause) -> Clause:
    if where == ANYTHING:
        # Without the table of documents: a count reads only the tokens.
        return Clause(
            "FROM (SELECT rowid AS doc FROM tokens WHERE tokens MATCH ?) d", (expression,)
        )
    return Clause(
        "FROM tokens CROSS JOIN documents d ON d.doc = tokens.rowid"
        f" WHERE tokens MATCH ? AND {where.sql}",
        (expression, *where.params),
    )


def _ranked(
    connection: sqlite3.Connection, request: Request, start: int, wanted: int, boosts: Clause
) -> list[tuple[int, float]]:
    """Documents and scores, tier after tier, until there are enough.

    What better tiers have is left out of the later ones here and not in FTS5, where NOT costs
    more than everything else: it is known, for a later tier is asked only when they are used up.
    """
    if request.tiers[0] == "":
        # Conditions where a text only helps: first what it matches, then all others.
        return _with_helping_text(connection, request, start, wanted)
    tiers = _divided(request.tiers)
    ranked: list[tuple[int, float]] = []
    passed: set[int] = set()
    for tier, (expression, titles) in enumerate(tiers):
        is_last = tier == len(tiers) - 1
        if start and not is_last:
            source = _joined_tokens(expression, request.where)
            found = connection.execute(f"SELECT d.doc {source.sql}", source.params)
            here = {doc for (doc,) in found} - passed
            if start >= len(here):
                start -= len(here)
                passed |= here
                continue
        limit = start + wanted - len(ranked) + len(passed)
        rows = _tier(connection, expression, request.where, limit, boosts, titles)
        # Titles stand a score above their tier, and below the tier before it.
        base = (len(tiers) - tier - 1) * 2 * _TIER_SCORE
        fresh = [(doc, base - rank) for doc, rank in rows if doc not in passed]
        ranked.extend(fresh[start : start + wanted - len(ranked)])
        if len(ranked) >= wanted:
            break
        start = 0
        passed.update(doc for doc, _ in rows)
    return ranked


def _divided(tiers: Sequence[str]) -> list[tuple[str, str]]:
    """Each tier with the expression of its titles, which stands before it or is missing."""
    return [
        (tier, before if before == in_titles(tier) else "")
        for before, tier, after in zip(("", *tiers), tiers, (*tiers[1:], ""), strict=False)
        if not after or tier != in_titles(after)
    ]


def _tier(
    connection: sqlite3.Connection,
    expression: str,
    where: Clause,
    limit: int,
    boosts: Clause,
    titles: str,
) -> list[tuple[int, float]]:
    """Documents and negated scores of one tier; those that `titles` finds come first.

    Titles divide a tier and do not rank it: bm25 of titles alone puts the shortest page first.
    """
    titled = Clause("0", ())
    if titles:
        titled = Clause(
            "(tokens.rowid IN (SELECT rowid FROM tokens WHERE tokens MATCH ?))", (titles,)
        )
    rows = connection.execute(
        f"SELECT d.doc, bm25(tokens, {_WEIGHTS}) * {boosts.sql} - {_TIER_SCORE} * {titled.sql}"
        " AS relevance FROM tokens CROSS JOIN documents d ON d.doc = tokens.rowid"
        f" WHERE tokens MATCH ? AND {where.sql}"
        " ORDER BY relevance, d.recency DESC, d.id LIMIT ?",
        [*boosts.params, *titled.params, expression, *where.params, limit],
    )
    return list(rows)


def _with_helping_text(
    connection: sqlite3.Connection, request: Request, start: int, wanted: int
) -> list[tuple[int, float]]:
    rows = connection.execute(
        "SELECT d.doc, -coalesce(t.rank, 0) FROM documents d LEFT JOIN"
        f" (SELECT rowid, bm25(tokens, {_WEIGHTS}) AS rank FROM tokens WHERE tokens MATCH ?) t"
        f" ON t.rowid = d.doc WHERE {request.where.sql}"
        " ORDER BY 2 DESC, d.recency DESC, d.id LIMIT ? OFFSET ?",
        [request.tiers[-1], *request.where.params, wanted, start],
    )
    return list(rows)


def _sorted(
    connection: sqlite3.Connection,
    request: Request,
    sort_by: Clause | None,
    start: int,
    wanted: int,
) -> list[tuple[int, float]]:
    by = sort_by or order([], Fields({}, {}))
    source = _matching(request)
    if source.sql.startswith("FROM ("):
        source = _joined_tokens(request.tiers[-1], Clause("1 = 1"))
    rows = connection.execute(
        f"SELECT d.doc {source.sql} ORDER BY {by.sql} LIMIT ? OFFSET ?",
        [*source.params, *by.params, wanted, start],
    )
    return [(doc, 0.0) for (doc,) in rows]


def _load(connection: sqlite3.Connection, ranked: list[tuple[int, float]]) -> list[Hit]:
    found = {}
    for first in range(0, len(ranked), 500):
        docs = [doc for doc, _ in ranked[first : first + 500]]
        for row in connection.execute(
            "SELECT doc, django_ct, django_id, stored, id FROM documents"
            f" WHERE doc IN ({', '.join('?' * len(docs))})",
            docs,
        ):
            found[row[0]] = row
    return [
        Hit(found[doc][1], found[doc][2], score, values.decode(found[doc][3]), found[doc][4])
        for doc, score in ranked
    ]


def _spans(options: Mapping[str, Any]) -> list[datetime]:
    """Where the spans of a date facet begin, and where the last one ends."""
    begin, end = _moment(options["start_date"]), _moment(options["end_date"])
    gap, amount = options["gap_by"], max(int(options.get("gap_amount", 1)), 1)
    spans = [begin]
    while spans[-1] < end and len(spans) <= _MAX_DATE_BUCKETS:
        spans.append(_later(begin, gap, amount * len(spans)))
    return spans if len(spans) > 1 else [begin, begin]


def _later(moment: datetime, gap: str, amount: int) -> datetime:
    if gap in ("year", "month"):
        months = moment.month - 1 + (amount if gap == "month" else 12 * amount)
        year, month = moment.year + months // 12, months % 12 + 1
        # 31 January and a month is the last day of February.
        last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
        return moment.replace(year=year, month=month, day=min(moment.day, last))
    return moment + timedelta(**{f"{gap}s": amount})


def _moment(value: date | datetime) -> datetime:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
