"""Which documents are made from a row of another model: tag, column, author, release."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model, Q
from haystack import connections
from haystack.indexes import SearchIndex
from haystack.utils.loading import UnifiedIndex


@dataclass(frozen=True)
class Dependency:
    """That the documents of an index are made from rows of `model`, found by `lookups`."""

    index: SearchIndex
    model: type[Model]
    lookups: tuple[str, ...]

    def keys(self, pk: Any) -> Any:
        """The primary keys of the indexed objects that are made from that row, in order."""
        made_from = Q(*((lookup, pk) for lookup in self.lookups), _connector=Q.OR)
        rows = self.index.index_queryset().filter(made_from).order_by("pk")
        return rows.values_list("pk", flat=True).distinct()


def dependencies(indexes: Iterable[SearchIndex]) -> Iterator[Dependency]:
    """Everything that the indexes declare in `depends_on`; a lookup is one name or several."""
    for index in indexes:
        for named, lookups in getattr(index, "depends_on", {}).items():
            model = apps.get_model(named) if isinstance(named, str) else named
            yield Dependency(index, model, (lookups,) if isinstance(lookups, str) else (*lookups,))


def declared_indexes() -> list[SearchIndex]:
    """The indexes of all connections, without opening an engine."""
    found: dict[type[SearchIndex], SearchIndex] = {}
    for options in connections.connections_info.values():
        unified = UnifiedIndex(excluded_indexes=options.get("EXCLUDED_INDEXES", []))
        found.update({type(index): index for index in unified.get_indexes().values()})
    return list(found.values())
