"""Read a server's answers: hits, and what became of each operation of a bulk. Pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from search.engines import values
from search.engines.elasticsearch.errors import DocumentsRefused, of_item, reason
from search.engines.errors import SearchTimeout
from search.engines.results import Hit


@dataclass(frozen=True)
class Page:
    """A slice of the hits, of how many, and where the next slice begins."""

    hits: list[Hit]
    total: int
    aggregations: Mapping[str, Any]
    last: list[Any] | None = None


@dataclass(frozen=True)
class Written:
    """What a bulk changed: documents that are new, and that are gone."""

    created: int = 0
    deleted: int = 0


def page(answer: Mapping[str, Any]) -> Page:
    """The hits of an answer; SearchTimeout for one that is not complete."""
    if answer.get("timed_out"):
        raise SearchTimeout("The search took too long and was stopped.")
    found = answer["hits"]["hits"]
    return Page(
        hits=[_hit(each) for each in found if each.get("_source")],
        total=answer["hits"].get("total", {}).get("value", 0),
        aggregations=answer.get("aggregations", {}),
        last=found[-1].get("sort") if found else None,
    )


def written(answer: Mapping[str, Any], identifiers: Iterable[str]) -> Written:
    """What a bulk did for these documents, whose operations come first in it.

    Raises the server's error where it is the server's; otherwise DocumentsRefused by
    identifier. All other documents of the bulk are written in either case.
    """
    created = deleted = 0
    refused: dict[str, str] = {}
    for identifier, item in zip(identifiers, answer["items"], strict=False):
        ((operation, outcome),) = item.items()
        error = outcome.get("error")
        if error:
            if (failure := of_item(int(outcome.get("status", 500)), error)) is not None:
                raise failure
            refused[identifier] = reason(error)
        elif operation == "delete":
            deleted += outcome.get("result") == "deleted"
        else:
            created += outcome.get("result") == "created"
    if refused:
        raise DocumentsRefused(refused)
    return Written(created, deleted)


def _hit(found: Mapping[str, Any]) -> Hit:
    source = found["_source"]
    return Hit(
        id=source["id"],
        django_ct=source["django_ct"],
        django_id=source["django_id"],
        score=float(found.get("_score") or 0.0),
        stored=values.decode(source["stored"]) if "stored" in source else {},
    )
