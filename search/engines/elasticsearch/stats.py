"""What the values of a field come to over the hits: asked of a server, told as Solr tells it."""

from collections.abc import Iterable, Mapping
from typing import Any

from search.engines.elasticsearch import fields as held
from search.engines.elasticsearch.fields import Fields

_MAX_VALUES = 1000


def asked(stats: Mapping[str, Iterable[str]], fields: Fields) -> dict[str, Any]:
    """The aggregations for statistics of fields, each also for every value of other fields."""
    found: dict[str, Any] = {}
    for name, facets in stats.items():
        of_field = _of(name, fields)
        found[f"stats:{name}"] = {"extended_stats": {"field": of_field}}
        found[f"missing:{name}"] = {"missing": {"field": of_field}}
        for facet in facets:
            found[f"stats:{name}:{facet}"] = {
                "terms": {"field": _of(facet, fields), "size": _MAX_VALUES},
                "aggs": {"stats": {"extended_stats": {"field": of_field}}},
            }
    return found


def answered(
    stats: Mapping[str, Iterable[str]], counted: Mapping[str, Any], fields: Fields
) -> dict[str, Any]:
    """The statistics of each field, from a server's aggregations."""
    found: dict[str, Any] = {}
    for name, facets in stats.items():
        summed = _summary(counted[f"stats:{name}"], name, fields)
        summed["missing"] = counted[f"missing:{name}"]["doc_count"]
        summed["facets"] = {
            facet: {
                held.facet_value(bucket["key"], fields.types[fields.name(facet)]): _summary(
                    bucket["stats"], name, fields
                )
                for bucket in counted[f"stats:{name}:{facet}"]["buckets"]
            }
            for facet in facets
        }
        found[name] = summed
    return found


def _of(name: str, fields: Fields) -> str:
    name = fields.name(name)
    return f"{held.group(fields.types[name])}.{name}"


def _summary(told: Mapping[str, Any], name: str, fields: Fields) -> dict[str, Any]:
    kind = fields.types[fields.name(name)]
    count = told["count"]
    return {
        "min": held.facet_value(told["min"], kind) if count else None,
        "max": held.facet_value(told["max"], kind) if count else None,
        "count": count,
        "missing": 0,
        "sum": told["sum"] or 0.0,
        "sumOfSquares": told["sum_of_squares"] or 0.0,
        "mean": told["avg"] if count else None,
        # Of a sample, as Solr reckons it.
        "stddev": (told.get("std_deviation_sampling") if count > 1 else 0.0) or 0.0,
    }
