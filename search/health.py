"""Whether search works on this host, for /healthz and the admins."""

import logging
import threading
from datetime import datetime
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Count, Min, Q
from django.utils import timezone
from haystack import connections
from haystack.constants import DEFAULT_ALIAS

from . import breaker, registry
from .engines import deadline
from .engines.errors import SearchFailure
from .fallback import spare_alias
from .models import Engine

# A visitor's check waits for no longer than this.
ANSWER_SECONDS = 2.0
# What each engine has of it; there are two at most.
_ENGINE_SECONDS = 0.7
LAG_SECONDS = 60
logger = logging.getLogger(__name__)
_asking = threading.Lock()


def engine() -> dict[str, Any]:
    """How this host's engines are: reachable, how far behind, how many documents are parked.

    Not critical: without search the site still serves its pages. `in_use` is the engine that
    answers visitors of this process, `breaker` whether it spares the default one.
    """
    if connection.in_atomic_block:
        # A second connection could wait for what this transaction holds.
        return _facts()
    return _bounded()


def _bounded() -> dict[str, Any]:
    """The facts, or that there was no answer in time; only one asks at a time."""
    answer: dict[str, Any] = {}

    def ask() -> None:
        try:
            answer.update(_facts())
        finally:
            connection.close()
            for each in connections.all():
                each.reset_sessions()
            _asking.release()

    if not _asking.acquire(timeout=ANSWER_SECONDS):
        return _wrong("The previous check has not been answered yet.")
    thread = threading.Thread(target=ask, daemon=True, name="search-health")
    thread.start()
    thread.join(ANSWER_SECONDS)
    return answer or _wrong("No answer in time.")


def _facts() -> dict[str, Any]:
    now = timezone.now()
    try:
        names = registry.local_names()
        rows = {row.name: row for row in _rows(list(names.values()))}
        engines = {alias: _engine(alias, rows.get(name), now) for alias, name in names.items()}
    except (DatabaseError, OSError) as error:
        # The text is for the log: it may name hosts and paths, and /healthz is public.
        logger.error("The search engine's health check failed: %s", error)
        return _wrong(type(error).__name__)
    lag = max(each["lag_seconds"] for each in engines.values())
    reachable = all(each["reachable"] for each in engines.values())
    built = all(each["built"] for each in engines.values())
    facts = {
        "ok": reachable and built and lag <= LAG_SECONDS,
        "critical": False,
        "reachable": reachable,
        "built": built,
        "documents": {alias: each.pop("documents") for alias, each in engines.items()},
        "lag_seconds": lag,
        "parked": sum(each["parked"] for each in engines.values()),
        **_in_use(engines),
        "engines": engines,
    }
    errors = [each["error"] for each in engines.values() if "error" in each]
    return facts | ({"error": errors[0]} if errors else {})


def _rows(names: list[str]) -> list[Any]:
    """The registered engines with what waits for each, in one query."""
    waits = Q(outbox__parked=False)
    return list(
        Engine.objects.filter(name__in=names).annotate(
            oldest=Min("outbox__changed_at", filter=waits),
            parked_count=Count("outbox", filter=Q(outbox__parked=True)),
        )
    )


def _engine(alias: str, row: Any, now: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {"engine": registry.kind(alias), "reachable": True, "documents": None}
    try:
        with deadline.within(_ENGINE_SECONDS):
            facts["documents"] = connections[alias].get_backend().document_count()
    except (SearchFailure, OSError) as error:
        logger.error("The search engine %s did not answer: %s", alias, error)
        facts |= {"reachable": False, "error": type(error).__name__}
    oldest = row.oldest if row else None
    lag = max((now - oldest).total_seconds(), 0.0) if oldest else 0.0
    return facts | {
        "built": row is not None and row.built_at is not None,
        "lag_seconds": round(lag, 1),
        "parked": row.parked_count if row else 0,
    }


def _in_use(engines: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Which engine answers visitors of this process now, and why another one does not."""
    spare = spare_alias()
    if not spare:
        return {"in_use": registry.kind(DEFAULT_ALIAS)}
    guard = breaker.of(DEFAULT_ALIAS)
    usable = engines[DEFAULT_ALIAS]["built"] and guard.state == breaker.CLOSED
    facts = {"in_use": registry.kind(DEFAULT_ALIAS if usable else spare), "breaker": guard.state}
    return facts | ({"breaker_error": guard.error} if guard.error else {})


def _wrong(error: str) -> dict[str, Any]:
    return {"ok": False, "critical": False, "reachable": False, "error": error[:200]}
