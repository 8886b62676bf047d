"""What Haystack's keyword arguments ask of an engine, as conditions."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from haystack.utils import get_model_ct

from search.engines import lookups, narrowing
from search.engines.lookups import ALL_TEXTS, Condition, Leaf

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


def narrowings(kwargs: Mapping[str, Any]) -> list[Condition]:
    """The conditions that `narrow()` added."""
    asked = kwargs.get("narrow_queries") or ()
    return [lookups.from_haystack(narrowing.parse(text)) for text in asked]


def labels(kwargs: Mapping[str, Any], indexed: list[str]) -> list[str]:
    """The models to which a search is limited; `indexed` are those that are indexed now."""
    models = kwargs.get("models")
    if models:
        return sorted(get_model_ct(model) for model in models)
    limit = kwargs.get("limit_to_registered_models")
    if limit is None:
        limit = getattr(settings, "HAYSTACK_LIMIT_TO_REGISTERED_MODELS", True)
    return sorted(indexed) if limit else []


def boosted(kwargs: Mapping[str, Any]) -> list[tuple[Leaf, float]]:
    """By what relevance is multiplied for each text that a document has."""
    return [
        (Leaf(ALL_TEXTS, "content", term), max(float(factor), 0.0))
        for term, factor in (kwargs.get("boost") or {}).items()
    ]


def query_facets(kwargs: Mapping[str, Any]) -> dict[str, Condition]:
    """`field:text` → the condition that is counted."""
    return {
        f"{name}:{text}": lookups.from_haystack(narrowing.meeting(name, text))
        for name, text in kwargs.get("query_facets") or ()
    }


def wants_facets(kwargs: Mapping[str, Any]) -> bool:
    return any(kwargs.get(name) for name in ("facets", "date_facets", "query_facets"))


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
