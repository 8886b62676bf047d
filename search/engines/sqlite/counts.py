"""Count over the hits of a request: facets of fields, of dates and of queries, statistics."""

# ruff: noqa: S608 - names of our own columns are put together here; every value is a parameter

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from search.engines import spans, values
from search.engines.sqlite.ranking import matching
from search.engines.sqlite.request import Clause, Fields, Request

_MAX_FACET_VALUES = 1000
# The orders that Haystack's users know from Elasticsearch.
_ORDERS = {
    "count": "2 DESC, 1",
    "reverse_count": "2, 1",
    "term": "1",
    "reverse_term": "1 DESC",
}


def remember(connection: sqlite3.Connection, request: Request) -> None:
    """Keep the hits in a table of this connection, for several counts over them."""
    source = matching(request)
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS hits (doc INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.hits")
    connection.execute(f"INSERT INTO temp.hits SELECT d.doc {source.sql}", source.params)


def field_facets(
    connection: sqlite3.Connection, facets: Mapping[str, Mapping[str, Any]], fields: Fields
) -> dict[str, list[tuple[Any, int]]]:
    """For each field its values among the remembered hits, most frequent first.

    Options: `limit` or `size`, and `order`: count, term, reverse_count, reverse_term.
    """
    counted = {}
    for name, options in facets.items():
        field = fields.name(name)
        limit = min(int(options.get("limit", options.get("size", 100))), _MAX_FACET_VALUES)
        order = _ORDERS.get(str(options.get("order", "count")), _ORDERS["count"])
        rows = connection.execute(
            "SELECT value, count(*) FROM temp.hits h"
            " CROSS JOIN field_values v ON v.doc = h.doc AND v.field = ?"
            f" GROUP BY value ORDER BY {order} LIMIT ?",
            [field, limit],
        )
        kind = fields.types[field]
        counted[name] = [(values.from_comparable(value, kind), number) for value, number in rows]
    return counted


def date_facets(
    connection: sqlite3.Connection, facets: Mapping[str, Mapping[str, Any]], fields: Fields
) -> dict[str, list[tuple[datetime, int]]]:
    """For each field the number of remembered hits in each span of time, empty ones left out."""
    counted = {}
    for name, options in facets.items():
        field = fields.name(name)
        begins = spans.borders(options)
        bounds = [values.comparable(moment, fields.types[field]) for moment in begins]
        rows = connection.execute(
            "SELECT value FROM temp.hits h CROSS JOIN field_values v"
            " ON v.doc = h.doc AND v.field = ? WHERE value >= ? AND value < ? ORDER BY value",
            [field, bounds[0], bounds[-1]],
        ).fetchall()
        buckets: list[tuple[datetime, int]] = []
        position = 0
        for moment, until in zip(begins[:-1], bounds[1:], strict=True):
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


def statistics(
    connection: sqlite3.Connection, asked: Mapping[str, Iterable[str]], fields: Fields
) -> dict[str, dict[str, Any]]:
    """For each field what its values among the remembered hits come to, as Solr tells it."""
    (hits,) = connection.execute("SELECT count(*) FROM temp.hits").fetchone()
    found = {}
    for name, facets in asked.items():
        field = fields.name(name)
        rows = connection.execute(
            "SELECT h.doc, v.value FROM temp.hits h CROSS JOIN field_values v"
            " ON v.doc = h.doc AND v.field = ?",
            [field],
        ).fetchall()
        summed = _summary([value for _, value in rows], fields.types[field])
        summed["missing"] = hits - len({doc for doc, _ in rows})
        summed["facets"] = {
            facet: _by_value(connection, rows, fields, field, facet) for facet in facets
        }
        found[name] = summed
    return found


def _by_value(
    connection: sqlite3.Connection,
    rows: Sequence[tuple[int, Any]],
    fields: Fields,
    field: str,
    facet: str,
) -> dict[Any, dict[str, Any]]:
    named = fields.name(facet)
    others = connection.execute(
        "SELECT h.doc, v.value FROM temp.hits h CROSS JOIN field_values v"
        " ON v.doc = h.doc AND v.field = ?",
        [named],
    )
    docs: dict[Any, set[int]] = {}
    for doc, value in others:
        docs.setdefault(values.from_comparable(value, fields.types[named]), set()).add(doc)
    return {
        value: _summary([number for doc, number in rows if doc in having], fields.types[field])
        for value, having in docs.items()
    }


def _summary(found: Sequence[Any], field: Any) -> dict[str, Any]:
    numbers = [value for value in found if isinstance(value, int | float)]
    total, count = math.fsum(numbers), len(numbers)
    squares = math.fsum(number * number for number in numbers)
    spread = math.sqrt(max(squares - total * total / count, 0) / (count - 1)) if count > 1 else 0.0
    return {
        "min": values.from_comparable(min(found), field) if found else None,
        "max": values.from_comparable(max(found), field) if found else None,
        "count": len(found),
        "missing": 0,
        "sum": total,
        "sumOfSquares": squares,
        "mean": total / count if count else None,
        "stddev": spread,
    }
