"""Bring engines up to the database: drain the outbox batch by batch, within a budget of time.

Any number of processes may drain the same engine; see `batches` for why that is safe.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from django.conf import settings
from django.utils import timezone
from haystack import connections

from . import registry
from .batches import REQUEST, WORKER, Batch, Drained, Pace, due
from .engines.errors import IndexUnusable, SearchFailure
from .models import Engine, OutboxRow

logger = logging.getLogger(__name__)

# Engines that this process found out of order when it last wrote to them → how many documents
# it gives them at once: half as many after each failure, so that a server which takes some
# and not others, or takes long, gets on.
_out_of_order: dict[int, int] = {}


def drain(
    engine: Engine,
    *,
    seconds: float | None = None,
    pace: Pace = WORKER,
    stop: Callable[[], bool] = lambda: False,
) -> Drained:
    """Write what is due, at most for so many seconds; looks at `stop` between batches.

    Raises the engine's error when the engine itself is at fault: its rows wait, and none of
    them counts an attempt. A document that fails waits alone; after eight attempts it is parked.
    """
    until = None if seconds is None else time.monotonic() + seconds
    drained = Drained()
    while True:
        if stop() or (until is not None and time.monotonic() >= until):
            drained.more = due(engine).exists()
            return drained
        size = _out_of_order.get(engine.pk, pace.batch)
        taken = Batch(engine, replace(pace, batch=min(size, pace.batch)))
        if not taken.rows:
            return drained
        try:
            _miss_no_index(taken)
            taken.write(drained)
        except (SearchFailure, OSError):
            _out_of_order[engine.pk] = max(len(taken.rows) // 2, 1)
            raise
        if engine.pk in _out_of_order:
            _works_again(engine, len(taken.rows), pace.batch)


def _works_again(engine: Engine, size: int, usual: int) -> None:
    """What waits for an engine that was out of order need not wait any longer."""
    if 2 * size < usual:
        _out_of_order[engine.pk] = 2 * size
    else:
        _out_of_order.pop(engine.pk, None)
    waiting = OutboxRow.objects.filter(engine=engine, parked=False, attempts=0, lease=None)
    waiting.exclude(error="").update(due_at=timezone.now())


def _miss_no_index(taken: Batch) -> None:
    """IndexUnusable where a server lost its index, before a write makes an almost empty one."""
    is_whole = getattr(taken.backend, "is_whole", None)
    if is_whole is None:
        return
    try:
        if not is_whole():
            raise IndexUnusable("The index is missing or was never built: rebuild it.")
    except (SearchFailure, OSError) as error:
        taken.postpone(error)
        raise


def patience(engine: Engine, seconds: float) -> AbstractContextManager[None]:
    """Where an engine can wait for another writer, make it wait no longer than `seconds`."""
    backend = connections[engine.connection].get_backend()
    waiting_at_most = getattr(backend, "waiting_at_most", None)
    return waiting_at_most(seconds) if waiting_at_most else nullcontext()


def drain_now() -> None:
    """Bring this host's embedded indexes up to date, as far as SEARCH_DRAIN_SECONDS reach.

    One that does not answer costs a line in the log: its rows wait for the worker. So do
    those of servers, always: an author does not wait for what another machine does.
    """
    until = time.monotonic() + settings.SEARCH_DRAIN_SECONDS
    for engine in registry.local_engines():
        if not registry.is_embedded(engine.connection):
            continue
        remaining = until - time.monotonic()
        if remaining <= 0:
            return
        try:
            registry.touch(engine)
            with patience(engine, remaining):
                drain(engine, seconds=remaining, pace=REQUEST)
        except (SearchFailure, OSError) as error:
            logger.warning("The search engine %s was not brought up to date: %s", engine, error)
