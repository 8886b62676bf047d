"""What was searched for in the last days, summed up by query: for the admins."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from .models import QueryCount, folded_query

PERIODS = (7, 30, 90)


class Only(StrEnum):
    """Which queries are asked for: each is a list of work that waits."""

    ALL = "all"
    EMPTY = "empty"  # found nothing the last time
    UNCLICKED = "unclicked"  # found something, and nobody followed it


def asked(days: int, only: Only = Only.ALL, containing: str = "") -> QuerySet[Any, dict[str, Any]]:
    """The queries of the last `days` days, most asked first.

    Each with `number` of searches, `followed` (clicks), `found` (results of the last one) and
    `last` (day).
    """
    return _only(_summed(days, containing), only).order_by("-number", "query")


def tally(days: int, containing: str = "") -> dict[Only, int]:
    """How many different queries each of the lists has."""
    rows = _summed(days, containing)
    counts = rows.aggregate(
        **{only.value: Count("query", filter=_where(only)) for only in Only},
    )
    return {only: counts[only.value] for only in Only}


def of_query(text: str, days: int) -> dict[str, Any]:
    """The searches and clicks of one query, and how many it found the last time."""
    rows = list(_summed(days).filter(query=folded_query(text)))
    return rows[0] if rows else {"number": 0, "followed": 0, "found": 0}


def _summed(days: int, containing: str = "") -> QuerySet[Any, dict[str, Any]]:
    first = timezone.localdate() - timedelta(days=days - 1)
    rows: Any = QueryCount.objects.filter(day__gte=first)
    if part := folded_query(containing):
        rows = rows.filter(query__contains=part)
    latest = QueryCount.objects.filter(query=OuterRef("query"), searches__gt=0).order_by("-day")
    return (
        rows.order_by()
        .values("query")
        .annotate(
            number=Sum("searches"),
            followed=Sum("clicks"),
            last=Max("day"),
            found=Subquery(latest.values("results")[:1]),
        )
        .filter(number__gt=0)
    )


def _only(rows: QuerySet[Any, dict[str, Any]], only: Only) -> QuerySet[Any, dict[str, Any]]:
    return rows.filter(_where(only))


def _where(only: Only) -> Q:
    match only:
        case Only.EMPTY:
            return Q(found=0)
        case Only.UNCLICKED:
            return Q(found__gt=0, followed=0)
    return Q()
