"""Build an index anew beside the live one, from what the database holds."""

import logging
from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.db import Error as DatabaseError
from django.utils import timezone
from haystack import connections
from haystack.indexes import SearchIndex

from .engines.errors import QueryRefused, SearchFailure
from .models import Engine, OutboxRow
from .outbox import note_keys

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
# Where so many documents fail and none is written, it is the engine that fails.
_NONE_WRITTEN = 3


def rebuild(engine: Engine, *, batch: int = 0, progress: Progress | None = None) -> int:
    """Replace the index of this engine; returns how many objects were read.

    The live index answers until the new one is complete. What changes meanwhile is written
    into the live one, and the engine carries it over at the swap; what could not be written
    there stays in the outbox, and is drained into the new one.
    """
    using = connections[engine.connection]
    backend = using.get_backend()
    indexes = list(using.get_unified_index().get_indexes().values())
    total = sum(index.index_queryset().count() for index in indexes)
    done = failed = 0
    with backend.rebuild() as fresh:
        for index in indexes:
            for objects in in_batches(index, batch or backend.batch_size):
                failed += _write(engine, fresh, index, objects)
                done += len(objects)
                if progress is not None:
                    progress(done, max(total, done))
        if failed == done >= _NONE_WRITTEN:
            raise SearchFailure("None of the documents could be indexed; the old index stays.")
    now = timezone.now()
    engine.built_at = engine.seen_at = now
    Engine.objects.filter(pk=engine.pk).update(built_at=now, seen_at=now)
    # What waited for the index to work again need not wait any longer.
    OutboxRow.objects.filter(engine=engine, parked=False).update(due_at=now)
    return done


def in_batches(
    index: SearchIndex, size: int, only: Collection[Any] | None = None
) -> Iterator[list[Any]]:
    """All that an index should hold (or what of `only`), in order of keys.

    Each batch is a query of its own, so that no transaction stays open meanwhile.
    """
    rows = index.index_queryset().order_by("pk")
    if only is not None:
        keys = list(only)
        for start in range(0, len(keys), size):
            yield list(rows.filter(pk__in=keys[start : start + size]))
        return
    last = None
    while objects := list((rows if last is None else rows.filter(pk__gt=last))[:size]):
        yield objects
        last = objects[-1].pk


def is_usable(engine: Engine) -> bool:
    """Whether the index can be kept up to date, or has to be built first.

    An index file that went missing comes back empty as soon as somebody searches, so an empty
    index is one that was lost, unless the database has nothing to index.
    """
    if engine.built_at is None:
        return False
    using = connections[engine.connection]
    backend = using.get_backend()
    is_whole = getattr(backend, "is_whole", None)
    if is_whole is not None:
        # A server can tell an index that was built from one that a write has made; counting
        # looks at its mapping.
        return bool(is_whole()) and backend.document_count() >= 0
    if backend.document_count():
        return True
    indexes = using.get_unified_index().get_indexes().values()
    return not any(index.index_queryset().exists() for index in indexes)


def _write(engine: Engine, fresh: Any, index: SearchIndex, objects: list[Any]) -> int:
    """Write a batch; a document that fails is left to the outbox, and the others go on.

    Returns how many failed.
    """
    try:
        fresh.update(index, objects)
    except Exception as error:
        at_fault = isinstance(error, DatabaseError | SearchFailure | OSError)
        if at_fault and not isinstance(error, QueryRefused):
            raise
        if len(objects) == 1:
            logger.exception("%r could not be indexed.", objects[0])
            note_keys([(type(objects[0]), objects[0].pk)], engines=[engine.pk])
            return 1
        logger.info("A batch of a rebuild failed and is written one by one: %s", error)
        return sum(_write(engine, fresh, index, [each]) for each in objects)
    return 0
