"""Counts beside the hits: what is asked of a server, and its answer as Haystack gives it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone

from search.engines import lookups, narrowing
from search.engines.elasticsearch import fields as held
from search.engines.elasticsearch import request
from search.engines.elasticsearch.fields import Fields

_MAX_VALUES = 1000
_MAX_BUCKETS = 5000
_ORDERS = {
    "count": [{"_count": "desc"}, {"_key": "asc"}],
    "reverse_count": [{"_count": "asc"}, {"_key": "asc"}],
    "term": [{"_key": "asc"}],
    "reverse_term": [{"_key": "desc"}],
}


def asked(kwargs: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """The aggregations of a search; each name says what it counts."""
    found: dict[str, Any] = {}
    for name, options in (kwargs.get("facets") or {}).items():
        found[f"field:{name}"] = _values(name, options, fields)
    for name, options in (kwargs.get("date_facets") or {}).items():
        found[f"date:{name}"] = _dates(name, options, fields)
    for place, (name, text) in enumerate(kwargs.get("query_facets") or ()):
        tree = lookups.from_haystack(narrowing.meeting(name, text))
        found[f"query:{place}"] = {"filter": request.clause(tree, fields)}
    return found


def answered(
    kwargs: Mapping[str, Any], counted: Mapping[str, Any], fields: Fields
) -> dict[str, Any]:
    """Haystack's facets from a server's aggregations; empty where none were asked for."""
    asked_for = [kwargs.get(name) for name in ("facets", "date_facets", "query_facets")]
    if not any(asked_for):
        return {}
    return {
        "fields": {
            name: _counts(counted.get(f"field:{name}", {}), fields.types[fields.name(name)])
            for name in asked_for[0] or {}
        },
        "dates": {
            name: _by_span(counted.get(f"date:{name}", {}), spans(options))
            for name, options in (asked_for[1] or {}).items()
        },
        "queries": {
            f"{name}:{text}": counted.get(f"query:{place}", {}).get("doc_count", 0)
            for place, (name, text) in enumerate(asked_for[2] or ())
        },
    }


def spans(options: Mapping[str, Any]) -> list[datetime]:
    """Where the spans of a date facet begin, and where the last one ends."""
    begin, end = _moment(options["start_date"]), _moment(options["end_date"])
    gap, amount = options["gap_by"], max(int(options.get("gap_amount", 1)), 1)
    found = [begin]
    while found[-1] < end and len(found) <= _MAX_BUCKETS:
        found.append(_later(begin, gap, amount * len(found)))
    return found if len(found) > 1 else [begin, begin]


def _counts(answer: Mapping[str, Any], kind: Any) -> list[tuple[Any, int]]:
    buckets = answer.get("buckets", ())
    return [(held.facet_value(bucket["key"], kind), bucket["doc_count"]) for bucket in buckets]


def _by_span(answer: Mapping[str, Any], begins: list[datetime]) -> list[tuple[datetime, int]]:
    counts = [bucket["doc_count"] for bucket in answer.get("buckets", ())]
    return [(moment, count) for moment, count in zip(begins, counts, strict=False) if count]


def _values(name: str, options: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    name = fields.name(name)
    kind = fields.types[name]
    size = int(options.get("limit", options.get("size", 100)))
    order = _ORDERS.get(str(options.get("order", "count")), _ORDERS["count"])
    return {
        "terms": {
            "field": f"{held.group(kind)}.{name}",
            "size": max(min(size, _MAX_VALUES), 1),
            "shard_size": _MAX_VALUES,
            "order": order,
        }
    }


def _dates(name: str, options: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    name = fields.name(name)
    kind = fields.types[name]
    bounds = [held.placed(moment, kind)[1] for moment in spans(options)]
    ranges = [
        {"key": f"{place:05}", "from": low, "to": high}
        for place, (low, high) in enumerate(pairwise(bounds))
    ]
    return {"range": {"field": f"{held.group(kind)}.{name}", "ranges": ranges}}


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
