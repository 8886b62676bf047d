"""Counts beside the results, by which they can be narrowed.

Each dimension is counted without its own filter, so that its other values stay in sight; those
without a filter share the request that fetches the results.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from haystack.query import SearchQuerySet

from .forms import Choice, Query, whole_year

MOST_TAGS = 12
MOST_COLUMNS = 200
FIRST_YEAR = 1990
# Dimension → the fields that are counted for it; years are counted by their dates.
DIMENSIONS: dict[str, tuple[str, ...]] = {
    "kind": ("kind",),
    "column": ("group", "column"),
    "tag": ("tags",),
    "time": (),
}
Counts = dict[str, Any]


@dataclass(frozen=True)
class Value:
    """One value of a facet: `url` leads to the results with it, or without it where it is set."""

    key: str
    label: str
    count: int
    url: str
    is_chosen: bool = False
    # Columns of a group.
    values: tuple["Value", ...] = ()


@dataclass(frozen=True)
class Facets:
    """What there is among the results, by dimension."""

    kinds: list[Value]
    columns: list[Value]
    tags: list[Value]
    years: list[Value]

    @property
    def is_empty(self) -> bool:
        return not (self.kinds or self.columns or self.tags or self.years)


def counting(found: SearchQuerySet, dimensions: Iterable[str]) -> SearchQuerySet:
    """The same search, which also counts these dimensions."""
    for dimension in dimensions:
        for name in DIMENSIONS[dimension]:
            found = found.facet(name, limit=MOST_TAGS if name == "tags" else MOST_COLUMNS)
        if dimension == "time":
            until = date(timezone.localdate().year + 1, 1, 1)
            found = found.date_facet("published_at", date(FIRST_YEAR, 1, 1), until, "year")
    return found


def counts_of(found: SearchQuerySet, dimensions: Iterable[str]) -> Counts:
    """What a search that has run counted of these dimensions."""
    answer = found.facet_counts() or {}
    fields, dates = answer.get("fields", {}), answer.get("dates", {})
    counted: Counts = {}
    for dimension in dimensions:
        for name in DIMENSIONS[dimension]:
            counted[name] = fields.get(name, [])
        if dimension == "time":
            counted["year"] = [
                (timezone.localtime(begin).year, number)
                for begin, number in dates.get("published_at", [])
            ]
    return counted


def facets(
    query: Query, counts: Counts, total: int, kinds: Iterable[Choice], columns: Iterable[Choice]
) -> Facets:
    """The facets of a question with so many results, from what was counted for it."""
    return Facets(
        kinds=_kinds(query, dict(counts.get("kind", ())), kinds),
        columns=_columns(
            query, dict(counts.get("group", ())), dict(counts.get("column", ())), columns
        ),
        tags=_tags(query, counts.get("tags", ()), total),
        years=_years(query, counts.get("year", ())),
    )


def _kinds(query: Query, counts: dict[str, int], kinds: Iterable[Choice]) -> list[Value]:
    return [
        _value(query, "kind", choice.value, choice.label, counts.get(choice.value, 0))
        for choice in kinds
        if counts.get(choice.value) or query.kind == choice.value
    ]


def _columns(
    query: Query, groups: dict[str, int], columns: dict[str, int], known: Iterable[Choice]
) -> list[Value]:
    """The groups that have results, in the order of the menu, each with its columns."""
    found: list[tuple[Choice, list[Value]]] = []
    for choice in known:
        if choice.is_group:
            found.append((choice, []))
        elif columns.get(choice.value) or query.column == choice.value:
            value = _value(
                query, "column", choice.value, choice.label, columns.get(choice.value, 0)
            )
            if found:
                found[-1][1].append(value)
            else:
                found.append((choice, []))
    return [
        _value(query, "group", group.value, group.label, groups.get(group.value, 0), inside)
        for group, inside in found
        if inside or groups.get(group.value) or query.group == group.value
    ]


def _tags(query: Query, counts: Iterable[tuple[str, int]], total: int) -> list[Value]:
    counted = dict(list(counts)[:MOST_TAGS])
    if query.tag and query.tag not in counted:
        # Of a rarer tag than the counted ones all results with it are those shown.
        counted = {query.tag: total, **counted}
    return [_value(query, "tag", name, name, number) for name, number in counted.items()]


def _years(query: Query, counts: Iterable[tuple[int, int]]) -> list[Value]:
    counted = dict(counts)
    if query.year is not None:
        counted.setdefault(query.year, 0)
    values = []
    for year in sorted(counted, reverse=True):
        since, until = whole_year(year)
        is_chosen = query.year == year
        wanted = query.without("time") if is_chosen else query.changed(since=since, until=until)
        values.append(Value(str(year), str(year), counted[year], wanted.url, is_chosen))
    return values


def _value(
    query: Query, name: str, value: str, label: str, count: int, inside: Iterable[Value] = ()
) -> Value:
    """A value of one dimension. Of columns and groups one is chosen, never both."""
    is_chosen = getattr(query, name) == value
    dimension = "column" if name == "group" else name
    other = query.without(dimension)
    wanted = other if is_chosen else other.changed(**{name: value})
    return Value(value, label, count, wanted.url, is_chosen, tuple(inside))
