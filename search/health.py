"""Whether search works on this host, for /healthz and the admins."""

import logging
import threading
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Min
from django.utils import timezone
from haystack import connections

from . import registry
from .engines.errors import SearchFailure
from .models import OutboxRow

# A visitor's check waits for no longer than this.
ANSWER_SECONDS = 2.0
LAG_SECONDS = 60
logger = logging.getLogger(__name__)
_asking = threading.Lock()


def engine() -> dict[str, Any]:
    """How this host's engines are: reachable, how far behind, how many documents are parked.

    Not critical: without search the site still serves its pages.
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
    try:
        names = registry.local_names()
        rows = OutboxRow.objects.filter(engine__name__in=names.values())
        oldest = rows.filter(parked=False).aggregate(oldest=Min("changed_at"))["oldest"]
        lag = max((timezone.now() - oldest).total_seconds(), 0.0) if oldest else 0.0
        built = [each for each in registry.local_engines() if each.built_at is not None]
        documents = {
            alias: connections[alias].get_backend().document_count() for alias in sorted(names)
        }
        parked = rows.filter(parked=True).count()
    except (SearchFailure, DatabaseError, OSError) as error:
        # The text is for the log: it may name hosts and paths, and /healthz is public.
        logger.error("The search engine's health check failed: %s", error)
        return _wrong(type(error).__name__)
    is_built = len(built) == len(names)
    return {
        "ok": is_built and lag <= LAG_SECONDS,
        "critical": False,
        "reachable": True,
        "built": is_built,
        "documents": documents,
        "lag_seconds": round(lag, 1),
        "parked": parked,
    }


def _wrong(error: str) -> dict[str, Any]:
    return {"ok": False, "critical": False, "reachable": False, "error": error[:200]}
