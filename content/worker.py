"""The worker: runs the jobs of `settings.WORKER_JOBS`, each under a lease.

Each job has a thread of its own, so that a slow one does not keep the others waiting. A lease
in `content.Job` makes several workers safe: one that dies loses its leases after a minute. A
job that returns true has more to do and is called again at once.
"""

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from .models import Job

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BEAT_SECONDS = 10.0
STOP_SECONDS = 1.5
# A job that comes more often than this keeps its lease between two runs, and its times in
# the database are only as exact as this: else an idle site would write every second.
_FREQUENT = timedelta(seconds=30)
_LONGEST_PAUSE = 60.0
_LONGEST_FAILURE_PAUSE = 30.0
# An hourly or daily job that failed is tried again after so long.
_SECOND_TRY = timedelta(minutes=5)


@dataclass(frozen=True)
class Task:
    """One entry of `settings.WORKER_JOBS` on this host."""

    name: str
    run: str
    every: timedelta

    @property
    def is_frequent(self) -> bool:
        return self.every < _FREQUENT


def tasks() -> list[Task]:
    """The jobs of the settings; those that every host has carry its name."""
    table: list[dict[str, Any]] = settings.WORKER_JOBS
    return [
        Task(
            name=f"{job['name']}@{settings.HOST_NAME}" if job.get("per_host") else job["name"],
            run=job["run"],
            every=job["every"],
        )
        for job in table
    ]


def beat_name() -> str:
    """The name under which this host's worker says that it lives."""
    return f"worker@{settings.HOST_NAME}"


class Lease:
    """The right to run one job, held in its row."""

    def __init__(self, task: Task, holder: str) -> None:
        self.task = task
        self.holder = holder
        self._until = 0.0
        self._written = 0.0
        self._error: str | None = None
        self._lock = threading.Lock()

    def take(self, *, even_if_not_due: bool = False) -> bool:
        """Whether this worker may run the job now: nobody else does, and it is due."""
        if self.task.is_frequent and time.monotonic() < self._until - LEASE.total_seconds() / 2:
            return True
        now = timezone.now()
        Job.objects.get_or_create(name=self.task.name)
        free = Q(leased_until=None) | Q(leased_until__lt=now) | Q(holder=self.holder)
        ripe = Q(started_at=None) | Q(started_at__lte=now - self.task.every)
        ripe |= ~Q(error="") & Q(started_at__lte=now - _SECOND_TRY)
        if even_if_not_due or self.task.is_frequent:
            ripe = Q()
        taken = Job.objects.filter(free, ripe, name=self.task.name).update(
            holder=self.holder, leased_until=now + LEASE, started_at=now
        )
        self._until = time.monotonic() + LEASE.total_seconds() if taken else 0.0
        return bool(taken)

    def renew(self) -> None:
        """Keep the lease of a job that is still running."""
        Job.objects.filter(name=self.task.name, holder=self.holder).update(
            leased_until=timezone.now() + LEASE
        )
        self._until = time.monotonic() + LEASE.total_seconds()

    def finish(self, error: str) -> None:
        """Write down how the run ended, and let the lease go unless the job is frequent."""
        keep = self.task.is_frequent and not error
        recent = time.monotonic() - self._written < BEAT_SECONDS
        if keep and recent and error == self._error:
            return
        values: dict[str, Any] = {"finished_at": timezone.now(), "error": error[:2000]}
        if not keep:
            values |= {"leased_until": None}
            self._until = 0.0
        Job.objects.filter(name=self.task.name, holder=self.holder).update(**values)
        self._written, self._error = time.monotonic(), error

    def release(self) -> None:
        """Let the job go to another worker at once."""
        self._until = 0.0
        Job.objects.filter(name=self.task.name, holder=self.holder).update(leased_until=None)


class Worker:
    """Runs tasks until it is told to stop."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self.holder = f"{settings.HOST_NAME}:{os.getpid()}:{secrets.token_hex(4)}"[-100:]
        self.leases = [Lease(task, self.holder) for task in tasks]
        self.running: set[str] = set()
        self._stopped = threading.Event()
        # Unlike an Event, safe to use in a signal handler that interrupts its own waiting.
        self._orders: SimpleQueue[None] = SimpleQueue()

    def stop(self) -> None:
        """End soon: running jobs have a moment to finish. Safe in a signal handler."""
        self._orders.put(None)

    def run_once(self) -> bool:
        """Run every job once, one after the other; True if none failed."""
        self._beat()
        outcomes = [self._run(lease, even_if_not_due=True) for lease in self.leases]
        return "failed" not in outcomes

    def run(self) -> bool:
        """Run every job when it is due; True if all had ended when this did."""
        threads = [
            threading.Thread(target=self._loop, args=[lease], name=lease.task.name, daemon=True)
            for lease in self.leases
        ]
        for thread in threads:
            thread.start()
        is_told = False
        while not is_told:
            self._guarded(self._beat)
            with suppress(Empty):
                self._orders.get(timeout=BEAT_SECONDS)
                is_told = True
        self._stopped.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in threads:
            thread.join(max(deadline - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in threads)

    def _beat(self) -> None:
        now = timezone.now()
        Job.objects.update_or_create(
            name=beat_name(), defaults={"holder": self.holder, "finished_at": now}
        )
        for lease in self.leases:
            if lease.task.name in self.running:
                lease.renew()

    def _loop(self, lease: Lease) -> None:
        """The life of one job's thread."""
        failures = 0
        while not self._stopped.is_set():
            outcome = self._guarded(partial(self._run, lease)) or "failed"
            failures = failures + 1 if outcome == "failed" else 0
            if outcome != "more":
                self._stopped.wait(_pause(lease.task, outcome, failures))
        self._guarded(lease.release)
        connection.close()

    def _run(self, lease: Lease, *, even_if_not_due: bool = False) -> str:
        """Run one job if its lease can be had: "done", "more", "failed" or "skipped"."""
        task = lease.task
        if not lease.take(even_if_not_due=even_if_not_due):
            return "skipped"
        self.running.add(task.name)
        error, more = "", False
        try:
            function: Callable[[], Any] = import_string(task.run)
            more = function() is True
        except Exception as problem:
            # Whatever it is, it is this job's trouble; the others go on.
            logger.exception("The job %s failed.", task.name)
            error = f"{type(problem).__name__}: {problem}"
        finally:
            self.running.discard(task.name)
        lease.finish(error)
        return "failed" if error else "more" if more else "done"

    def _guarded(self, action: Callable[[], Any]) -> Any:
        """Use the database, which may be locked, away or without tables yet; None if it failed."""
        try:
            return action()
        except DatabaseError as error:
            logger.warning("The worker could not use the database: %s", error)
            connection.close()
        except Exception:
            logger.exception("The worker made a mistake and goes on.")
        finally:
            close_old_connections()
        return None


def _pause(task: Task, outcome: str, failures: int) -> float:
    """Seconds until the next look: after failures longer and longer, up to half a minute."""
    if failures:
        return min(2.0**failures, _LONGEST_FAILURE_PAUSE)
    every = task.every.total_seconds()
    if outcome == "skipped":
        # Another worker has it, or it is not due: its row is asked now and then.
        every = max(every, 5.0)
    return min(every, _LONGEST_PAUSE)
