"""From what an engine found to the results that Haystack's users are given."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from haystack import connections
from haystack.models import SearchResult
from haystack.utils.app_loading import haystack_get_model

from search.engines.marking import Marking


@dataclass(frozen=True)
class Hit:
    """One found document."""

    id: str
    django_ct: str
    django_id: str
    score: float
    stored: dict[str, Any]


def results(
    alias: str, hits: Iterable[Hit], result_class: type | None, marking: Marking | None = None
) -> list[Any]:
    """A result for each hit whose model is indexed, its texts marked where that is asked for."""
    unified = connections[alias].get_unified_index()
    indexed = unified.get_indexed_models()
    asked = marking.fields if marking else ()
    marked = [unified.get_index_fieldname(name) for name in asked] or [unified.document_field]
    made = []
    for hit in hits:
        app_label, model_name = hit.django_ct.split(".")
        if haystack_get_model(app_label, model_name) not in indexed:
            continue
        stored = {"id": hit.id, **hit.stored}
        if marking is not None:
            stored["highlighted"] = marking.of(hit.stored, marked)
        made.append(
            (result_class or SearchResult)(
                app_label, model_name, hit.django_id, hit.score, **stored
            )
        )
    return made
