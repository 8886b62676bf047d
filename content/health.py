"""Whether the site is well: its database, its disk, its worker. Shown by /healthz.

Each check answers within two seconds whatever hangs, and never raises. `critical` says that
the site cannot serve while `ok` is false. Everybody may ask, so an answer is kept for a
moment, names no host, and calls an error by its type alone; what it said is in the log.
"""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from .models import Job

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 2.0
KEPT_SECONDS = 2.0
FREE_BYTES = 100 * 1024**2
BEAT_SECONDS = 60


def database() -> dict[str, Any]:
    """Whether the database answers."""
    return _bounded("database", _database_facts, critical=True)


def disk() -> dict[str, Any]:
    """Whether DATA_DIR can be written, and how much is free there."""
    return _bounded("disk", _disk_facts, critical=True)


def worker() -> dict[str, Any]:
    """When a worker last said that it lives, and which jobs failed when they last ran."""
    return _bounded("worker", _worker_facts, critical=False)


def _database_facts() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return {"ok": True, "vendor": connection.vendor}


def _disk_facts() -> dict[str, Any]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    # The kernel is asked; writing a file to find out would cost more than most pages.
    writable = os.access(settings.DATA_DIR, os.W_OK | os.X_OK)
    return {"ok": writable and free >= FREE_BYTES, "writable": writable, "free_bytes": free}


def _worker_facts() -> dict[str, Any]:
    beats = Job.objects.filter(name__startswith="worker@")
    last = beats.aggregate(last=Max("finished_at"))["last"]
    age = None if last is None else round((timezone.now() - last).total_seconds(), 1)
    failing = Job.objects.exclude(error="").values_list("name", flat=True)[:20]
    return {
        "ok": age is not None and age <= BEAT_SECONDS,
        "last_beat_seconds": age,
        "failing": sorted({name.partition("@")[0] for name in failing}),
    }


class _Asking:
    """One asking of a check, in a thread of its own, shared by all who want to know meanwhile."""

    def __init__(self, name: str, facts: Callable[[], dict[str, Any]], *, critical: bool) -> None:
        self.answer: dict[str, Any] = {}
        self._deadline = time.monotonic() + ANSWER_SECONDS
        self._kept_until = self._deadline
        arguments = (name, facts, critical)
        self._thread = threading.Thread(target=self._ask, args=arguments, daemon=True, name=name)
        self._thread.start()

    def _ask(self, name: str, facts: Callable[[], dict[str, Any]], critical: bool) -> None:
        try:
            self.answer = _told(name, facts, critical)
        finally:
            self._kept_until = time.monotonic() + KEPT_SECONDS
            connection.close()

    @property
    def is_of_use(self) -> bool:
        """Still asking, or answered just now."""
        return self._thread.is_alive() or time.monotonic() < self._kept_until

    def wait(self) -> None:
        self._thread.join(max(0.0, self._deadline - time.monotonic()))


_lock = threading.Lock()
# Name of a check → its last asking.
_last: dict[str, _Asking] = {}


def _bounded(name: str, facts: Callable[[], dict[str, Any]], *, critical: bool) -> dict[str, Any]:
    """The facts, or what is wrong, after two seconds at most."""
    if connection.in_atomic_block:
        # A second connection could wait for what this transaction holds.
        return _told(name, facts, critical)
    with _lock:
        asking = _last.get(name)
        if asking is None or not asking.is_of_use:
            asking = _last[name] = _Asking(name, facts, critical=critical)
    asking.wait()
    return asking.answer or {"ok": False, "critical": critical, "error": "Timeout"}


def _told(name: str, facts: Callable[[], dict[str, Any]], critical: bool) -> dict[str, Any]:
    try:
        return {"critical": critical, **facts()}
    except Exception as error:  # noqa: BLE001 - telling what is wrong is what this is for
        logger.error("The health check “%s” failed: %s: %s", name, type(error).__name__, error)
        return {"ok": False, "critical": critical, "error": type(error).__name__}
