"""What Haystack's keyword arguments ask for, as a request and what goes with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from haystack.utils import get_model_ct

from search.engines import lookups, narrowing
from search.engines.lookups import ALL_TEXTS, Condition, Leaf
from search.engines.sqlite import request
from search.engines.sqlite.request import Clause, Fields, Request

_MARKED = ("content", "reader", "phrase", "contains", "startswith")
# All that a result has of itself, without the values of its fields.
_OF_ITSELF = {"id", "pk", "django_ct", "django_id", "score", "app_label", "model_name"}


def condition_of(query: Condition | str) -> Condition:
    """A plain text asks for its words."""
    return Leaf(ALL_TEXTS, "content", query) if isinstance(query, str) else query


def refuse_places(kwargs: Mapping[str, Any]) -> None:
    for name in ("within", "dwithin", "distance_point"):
        if kwargs.get(name):
            raise NotImplementedError("This search engine knows no places and distances.")


def request_of(
    condition: Condition, fields: Fields, kwargs: Mapping[str, Any], indexed: list[str]
) -> Request:
    """The condition and all that narrows it; `indexed` are the models that are indexed now."""
    narrowed = [
        lookups.from_haystack(narrowing.parse(text)) for text in kwargs.get("narrow_queries") or ()
    ]
    models = kwargs.get("models")
    labels = sorted(get_model_ct(model) for model in models) if models else []
    limit = kwargs.get("limit_to_registered_models")
    if limit is None:
        limit = getattr(settings, "HAYSTACK_LIMIT_TO_REGISTERED_MODELS", True)
    if not labels and limit:
        labels = sorted(indexed)
    built = request.build(condition, fields)
    fields = replace(fields, by_hit=bool(built.strict))
    clauses = [request.clause(part, fields) for part in narrowed]
    where = request.every(built.where, *clauses, request.one_of_models(labels))
    return replace(built, where=where)


def boosts_of(boosts: Mapping[str, float], fields: Fields) -> Clause:
    """By what the relevance of a document is multiplied for the terms that it has."""
    terms = [
        (request.clause(Leaf(ALL_TEXTS, "content", term), fields), float(factor))
        for term, factor in boosts.items()
    ]
    if not terms:
        return request.ANYTHING
    sql = " * ".join(f"(CASE WHEN {found.sql} THEN ? ELSE 1 END)" for found, _ in terms)
    return Clause(sql, tuple(v for found, factor in terms for v in (*found.params, factor)))


def query_facets_of(asked: list[tuple[str, str]], fields: Fields) -> dict[str, Clause]:
    """`field:text` → the condition that is counted."""
    return {
        f"{name}:{text}": request.clause(
            lookups.from_haystack(narrowing.meeting(name, text)), fields
        )
        for name, text in asked
    }


def words_to_mark(condition: Condition) -> str:
    """The texts that a query asks for, to be marked in its hits."""
    return " ".join(
        str(leaf.value)
        for leaf in lookups.leaves(condition)
        if not leaf.negated
        and isinstance(leaf.value, str | lookups.ReaderQuery)
        and leaf.lookup in _MARKED
    )


def wants_values(kwargs: Mapping[str, Any]) -> bool:
    """Whether anything of the fields is asked for, and not only which documents they are."""
    names = set(kwargs.get("fields") or ())
    return not names or bool(names - _OF_ITSELF) or bool(kwargs.get("highlight"))
