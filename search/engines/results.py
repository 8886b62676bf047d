"""From what an engine found to the results that Haystack's users are given."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from haystack import connections
from haystack.models import SearchResult
from haystack.utils.app_loading import haystack_get_model

from search import highlighting


@dataclass(frozen=True)
class Hit:
    """One found document."""

    id: str
    django_ct: str
    django_id: str
    score: float
    stored: dict[str, Any]


def results(
    alias: str, hits: Iterable[Hit], result_class: type | None, marked: str | None
) -> list[Any]:
    """A result for each hit whose model is indexed; `marked` are the words of its excerpt."""
    unified = connections[alias].get_unified_index()
    indexed = unified.get_indexed_models()
    name = unified.document_field
    made = []
    for hit in hits:
        app_label, model_name = hit.django_ct.split(".")
        if haystack_get_model(app_label, model_name) not in indexed:
            continue
        stored = {"id": hit.id, **hit.stored}
        if marked is not None:
            text = str(stored.get(name) or "")
            stored["highlighted"] = {name: [highlighting.excerpt(text, marked)]}
        made.append(
            (result_class or SearchResult)(
                app_label, model_name, hit.django_id, hit.score, **stored
            )
        )
    return made
