"""Compare an index with the database, document by document, and heal what differs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.utils import timezone
from haystack import connections
from haystack.exceptions import SkipDocument
from haystack.indexes import SearchIndex
from haystack.utils import get_identifier

from .draining import drain
from .indexes import document_version
from .models import Engine
from .outbox import note_keys
from .rebuilding import in_batches

_BATCH = 200


@dataclass
class Comparison:
    """The identifiers in which an index and the database differ."""

    documents: int = 0
    missing: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.missing or self.stale or self.ghosts)

    @property
    def different(self) -> list[str]:
        return [*self.missing, *self.stale, *self.ghosts]


def compare(engine: Engine) -> Comparison:
    """What of the index is missing, of another version, or a ghost.

    What differs is looked at a second time, so that a change that was saved or drained
    between reading one side and the other is not reported.
    """
    using = connections[engine.connection]
    indexes = list(using.get_unified_index().get_indexes().values())
    held = dict(using.get_backend().versions())
    found = _differences(held, _versions(indexes))
    if not found.is_clean:
        suspects = set(found.different)
        held = {key: version for key, version in held.items() if key not in suspects}
        again = {key: v for key, v in using.get_backend().versions() if key in suspects}
        wanted = dict(_versions(indexes, only=suspects))
        second = _differences(again, wanted.items())
        found = Comparison(0, second.missing, second.stale, second.ghosts)
        held |= again
    found.documents = len(held)
    return found


def repair(engine: Engine, comparison: Comparison) -> Comparison:
    """Write and remove what differs, through the outbox; returns what still differs."""
    using = connections[engine.connection]
    keys = []
    for identifier in comparison.different:
        label, _dot, pk = identifier.rpartition(".")
        try:
            keys.append((apps.get_model(label), pk))
        except (LookupError, ValueError):
            # Of a model that is gone: nobody else can remove it.
            using.get_backend().remove(identifier)
    note_keys(keys, engines=[engine.pk])
    drain(engine)
    healed = compare(engine)
    if healed.is_clean and engine.built_at is None:
        engine.built_at = timezone.now()
        engine.save(update_fields=["built_at"])
    return healed


def _differences(held: dict[str, str], wanted: Iterable[tuple[str, str]]) -> Comparison:
    found = Comparison()
    remaining = dict(held)
    for identifier, version in wanted:
        present = remaining.pop(identifier, None)
        if present is None:
            found.missing.append(identifier)
        elif present != version:
            found.stale.append(identifier)
    found.ghosts = sorted(remaining)
    return found


def _versions(
    indexes: Iterable[SearchIndex], only: set[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Identifier and version of every document that the database would make now."""
    for index in indexes:
        for objects in in_batches(index, _BATCH, _keys_of(index, only)):
            for instance in objects:
                try:
                    data = index.full_prepare(instance)
                except SkipDocument:
                    continue
                version = getattr(index, "version", None)
                yield (
                    get_identifier(instance),
                    version(data) if version else document_version(index, data),
                )


def _keys_of(index: SearchIndex, identifiers: set[str] | None) -> list[Any] | None:
    if identifiers is None:
        return None
    prefix = f"{index.get_model()._meta.label_lower}."
    return [each.removeprefix(prefix) for each in identifiers if each.startswith(prefix)]
