"""Counts beside the hits: what is asked of a server, and its answer as Haystack gives it."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

from search.engines import asking, spans
from search.engines.elasticsearch import fields as held
from search.engines.elasticsearch import request
from search.engines.elasticsearch.fields import Fields

_MAX_VALUES = 1000
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
    for place, condition in enumerate(asking.query_facets(kwargs).values()):
        # A server takes no brackets in the name of a count.
        found[f"query:{place}"] = {"filter": request.clause(condition, fields)}
    return found


def answered(
    kwargs: Mapping[str, Any], counted: Mapping[str, Any], fields: Fields
) -> dict[str, Any]:
    """Haystack's facets from a server's aggregations; empty where none were asked for."""
    if not asking.wants_facets(kwargs):
        return {}
    return {
        "fields": {
            name: _counts(counted.get(f"field:{name}", {}), fields.types[fields.name(name)])
            for name in kwargs.get("facets") or {}
        },
        "dates": {
            name: _by_span(counted.get(f"date:{name}", {}), spans.borders(options))
            for name, options in (kwargs.get("date_facets") or {}).items()
        },
        "queries": {
            name: counted.get(f"query:{place}", {}).get("doc_count", 0)
            for place, name in enumerate(asking.query_facets(kwargs))
        },
    }


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
    bounds = [held.placed(moment, kind)[1] for moment in spans.borders(options)]
    ranges = [
        {"key": f"{place:05}", "from": low, "to": high}
        for place, (low, high) in enumerate(pairwise(bounds))
    ]
    return {"range": {"field": f"{held.group(kind)}.{name}", "ranges": ranges}}
