"""Compare an index with the database as far as a page can wait: for the button of an admin.

What is missing or a ghost is seen by keys alone, all of them. Whether a document is stale
takes preparing it anew: that goes on, in no particular order, until the time is over.
`manage.py search_check` compares everything.
"""

import random
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model
from haystack import connections
from haystack.exceptions import SkipDocument
from haystack.indexes import SearchIndex
from haystack.utils import get_identifier

from . import outbox
from .indexes import document_version
from .models import Engine
from .rebuilding import in_batches

SECONDS = 5.0
MAX_REPAIRED = 5000
_BATCH = 100


@dataclass
class Inspection:
    """In what an index and the database differ, and how many documents were looked into."""

    documents: int = 0
    looked_into: int = 0
    missing: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)

    @property
    def different(self) -> list[str]:
        return [*self.missing, *self.stale, *self.ghosts]

    @property
    def is_whole(self) -> bool:
        return self.looked_into >= self.documents


def inspect(engine: Engine, seconds: float = SECONDS) -> Inspection:
    """What of this index differs. What waits in the outbox is known, and does not count."""
    until = time.monotonic() + seconds
    using = connections[engine.connection]
    held = dict(using.get_backend().versions())
    indexes = list(using.get_unified_index().get_indexes().values())
    waiting = {f"{model}.{key}" for model, key in engine.outbox.values_list("model", "object_id")}
    wanted = {
        f"{index.get_model()._meta.label_lower}.{key}": (index, key)
        for index in indexes
        for key in index.index_queryset().order_by().values_list("pk", flat=True)
    }
    found = Inspection(documents=len(held))
    found.ghosts = sorted(set(held) - set(wanted) - waiting)
    # First what is missing: some of it may be documents that an index leaves out on purpose.
    names = sorted(set(wanted) - set(held) - waiting)
    common = sorted((set(wanted) & set(held)) - waiting)
    random.shuffle(common)
    for batch in _batches([*names, *common]):
        versions = _versions(wanted[name] for name in batch)
        found.missing += [name for name in batch if name in versions and name not in held]
        found.stale += [
            name for name in batch if name in held and versions.get(name) not in (None, held[name])
        ]
        # Read and left out by its index, and still held.
        found.ghosts += [name for name in batch if name in held and name not in versions]
        found.looked_into += sum(name in held for name in batch)
        if time.monotonic() > until:
            break
    else:
        found.looked_into = found.documents
    return found


def repair(engine: Engine, found: Inspection) -> int:
    """Note what differs in the outbox, so that it is written or removed; returns how many."""
    keys: list[tuple[type[Model], str]] = []
    for identifier in found.different[:MAX_REPAIRED]:
        label, _dot, key = identifier.rpartition(".")
        try:
            keys.append((apps.get_model(label), key))
        except (LookupError, ValueError):
            # Of a model that is gone: nobody else can remove it.
            connections[engine.connection].get_backend().remove(identifier)
    outbox.note_keys(keys, engines=[engine.pk])
    outbox.wake()
    return len(keys)


def _batches(names: list[str]) -> Iterable[list[str]]:
    return (names[start : start + _BATCH] for start in range(0, len(names), _BATCH))


def _versions(wanted: Iterable[tuple[SearchIndex, Any]]) -> dict[str, str]:
    """Identifier and version of these documents, as the database would make them now."""
    by_index: dict[SearchIndex, list[Any]] = defaultdict(list)
    for index, key in wanted:
        by_index[index].append(key)
    versions = {}
    for index, keys in by_index.items():
        version = getattr(index, "version", None)
        for objects in in_batches(index, _BATCH, keys):
            for each in objects:
                try:
                    data = index.full_prepare(each)
                except SkipDocument:
                    continue
                versions[get_identifier(each)] = (
                    version(data) if version else document_version(index, data)
                )
    return versions
