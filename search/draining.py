"""Bring engines up to the database: drain the outbox batch by batch, within a budget of time.

Any number of processes may drain the same engine; see `batches` for why that is safe.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from haystack import connections

from . import registry
from .batches import REQUEST, WORKER, Batch, Drained, Pace, due
from .engines.errors import SearchFailure
from .models import Engine

logger = logging.getLogger(__name__)


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
    deadline = None if seconds is None else time.monotonic() + seconds
    drained = Drained()
    while True:
        if stop() or (deadline is not None and time.monotonic() >= deadline):
            drained.more = due(engine).exists()
            return drained
        taken = Batch(engine, pace)
        if not taken.rows:
            return drained
        taken.write(drained)


def patience(engine: Engine, seconds: float) -> AbstractContextManager[None]:
    """Where an engine can wait for another writer, make it wait no longer than `seconds`."""
    backend = connections[engine.connection].get_backend()
    waiting_at_most = getattr(backend, "waiting_at_most", None)
    return waiting_at_most(seconds) if waiting_at_most else nullcontext()


def drain_now() -> None:
    """Bring this host's engines up to date, as far as SEARCH_DRAIN_SECONDS reach.

    An engine that does not answer costs a line in the log: its rows wait for the worker.
    """
    deadline = time.monotonic() + settings.SEARCH_DRAIN_SECONDS
    for engine in registry.local_engines():
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return
        try:
            registry.touch(engine)
            with patience(engine, remaining):
                drain(engine, seconds=remaining, pace=REQUEST)
        except (SearchFailure, OSError) as error:
            logger.warning("The search engine %s was not brought up to date: %s", engine, error)
