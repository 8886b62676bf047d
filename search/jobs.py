"""What the worker does for search: keep this host's engines registered, built and in step."""

import logging
import time
from collections.abc import Iterable
from pathlib import Path

from haystack import connections

from . import registry
from .draining import drain
from .engines.errors import IndexBusy, IndexUnusable
from .models import Engine
from .rebuilding import is_usable, rebuild

logger = logging.getLogger(__name__)

# Short, so that the worker can stop between two calls; the job asks to be called again.
_SECONDS = 0.5
# Engine → the index file that was found usable (none on a server), and when; asked again after
# a failure, for another file, and now and then: a file may be damaged in its place.
_usable: dict[str, tuple[tuple[int, int] | None, float]] = {}
_USABLE_SECONDS = 30.0


def sync() -> bool:
    """Bring this host's embedded indexes up to date; True if there is more to do at once."""
    return _sync([alias for alias in connections.connections_info if registry.is_embedded(alias)])


def sync_servers() -> bool:
    """Bring the indexes of servers up to date; any number of hosts may do so at once."""
    aliases = connections.connections_info
    return _sync([alias for alias in aliases if not registry.is_embedded(alias)])


def _sync(aliases: Iterable[str]) -> bool:
    """An engine that fails raises, after the others had their turn: the worker logs it, keeps
    it in the job's row and calls again later.
    """
    more = False
    errors: list[Exception] = []
    for alias in aliases:
        try:
            more |= _sync_engine(registered(alias))
        except IndexBusy as error:
            # Another process builds or swaps, or the server is full: the rows say so, and wait.
            logger.info("The search index %s is busy: %s", alias, error)
        except Exception as error:  # noqa: BLE001 - raised below, by type or as a group
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup("Search engines failed.", errors)
    return more


def registered(alias: str) -> Engine:
    """This connection's engine, marked as seen; what is long unseen is forgotten."""
    engine = registry.register(alias)
    if registry.forget_unseen():
        logger.info("Engines of hosts that are gone were forgotten.")
    return engine


def build_if_needed(engine: Engine) -> bool:
    """Build an index that is new, lost, damaged or long unseen; True if it was built."""
    file = _file(engine)
    found, at = _usable.get(engine.name, (None, 0.0))
    known = engine.name in _usable and found == file and time.monotonic() - at < _USABLE_SECONDS
    if registry.is_embedded(engine.connection):
        known = known and file is not None
    try:
        if engine.built_at is not None and (known or is_usable(engine)):
            if not known:
                _usable[engine.name] = file, time.monotonic()
            return False
    except IndexUnusable as error:
        logger.warning("The search index of %s has to be built again: %s", engine, error)
    _usable.pop(engine.name, None)
    logger.info("Building the search index of %s.", engine)
    count = rebuild(engine)
    _usable[engine.name] = _file(engine), time.monotonic()
    logger.info("The search index of %s holds %d documents.", engine, count)
    return True


def _sync_engine(engine: Engine) -> bool:
    built = build_if_needed(engine)
    try:
        return drain(engine, seconds=_SECONDS).more or built
    except Exception:
        _usable.pop(engine.name, None)
        raise


def _file(engine: Engine) -> tuple[int, int] | None:
    """Which file the embedded index is: another one, or none, has to be looked at."""
    path = connections.connections_info[engine.connection].get("PATH")
    try:
        status = Path(path or "").stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
