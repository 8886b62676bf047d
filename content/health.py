"""Whether the site is well: its database, its disk, its worker. Shown by /healthz.

Each check answers within two seconds whatever hangs, and never raises. `critical` says that
the site cannot serve while `ok` is false.
"""

import shutil
import tempfile
import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from .models import Job

ANSWER_SECONDS = 2.0
FREE_BYTES = 100 * 1024**2
BEAT_SECONDS = 60
# Name of a check → the thread that has not answered yet.
_hanging: dict[str, threading.Thread] = {}


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
    facts = {"ok": free >= FREE_BYTES, "free_bytes": free}
    with tempfile.TemporaryFile(dir=settings.DATA_DIR, prefix="health-") as file:
        file.write(b"ok")
    return facts


def _worker_facts() -> dict[str, Any]:
    beats = Job.objects.filter(name__startswith="worker@")
    last = beats.aggregate(last=Max("finished_at"))["last"]
    age = None if last is None else round((timezone.now() - last).total_seconds(), 1)
    failing = Job.objects.exclude(error="").values_list("name", flat=True)
    return {
        "ok": age is not None and age <= BEAT_SECONDS,
        "last_beat_seconds": age,
        "failing": list(failing[:20]),
    }


def _bounded(name: str, facts: Callable[[], dict[str, Any]], *, critical: bool) -> dict[str, Any]:
    """The facts, or what is wrong, after two seconds at most."""
    if connection.in_atomic_block:
        # A second connection could wait for what this transaction holds.
        return _told(facts, critical)
    if (hanging := _hanging.get(name)) is not None and hanging.is_alive():
        return {"ok": False, "critical": critical, "error": "The last check still hangs."}
    answer: dict[str, Any] = {}

    def ask() -> None:
        try:
            answer.update(_told(facts, critical))
        finally:
            connection.close()

    thread = _hanging[name] = threading.Thread(target=ask, daemon=True, name=f"health-{name}")
    thread.start()
    thread.join(ANSWER_SECONDS)
    return answer or {"ok": False, "critical": critical, "error": "No answer in time."}


def _told(facts: Callable[[], dict[str, Any]], critical: bool) -> dict[str, Any]:
    try:
        return {"critical": critical, **facts()}
    except Exception as error:  # noqa: BLE001 - telling what is wrong is what this is for
        return {
            "ok": False,
            "critical": critical,
            "error": f"{type(error).__name__}: {error}"[:200],
        }
