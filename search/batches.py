"""One batch of outbox rows: leased, written into the engine, settled.

Each row is leased to one drainer; the object's present state is read after that and written
outside of any transaction; the row is deleted only while it carries the change and the lease
it was taken with.
"""

import logging
import random
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from haystack import connections
from haystack.exceptions import NotHandled, SearchBackendError

from .dependencies import Dependency, dependencies
from .engines import deadline
from .engines.errors import IndexBusy, IndexUnusable, QueryRefused, SearchFailure, SearchTimeout
from .models import Engine, OutboxRow
from .outbox import note_keys

logger = logging.getLogger(__name__)

# Longer than a batch takes, short enough that the rows of a killed process are soon free.
LEASE = timedelta(seconds=30)
# After this the engine is given no more of a batch: its rows must not be another's meanwhile.
BATCH_SECONDS = 20.0
MAX_ATTEMPTS = 8
LONGEST_WAIT = 600.0  # seconds between two attempts at one document
LONGEST_OUTAGE_WAIT = 30.0  # seconds between two attempts at an engine that is out of order
# The engine itself is out of order: trying the next document makes no sense.
_ENGINE_AT_FAULT = (IndexBusy, IndexUnusable, SearchTimeout, OSError)


@dataclass(frozen=True)
class Pace:
    """How a drain goes about its work."""

    batch: int = 100
    # How many documents one renamed tag may note; more are left to the worker.
    fan_out: int | None = None
    newest_first: bool = False


WORKER = Pace()
# Small batches, so that the budget is looked at often, and first what was saved just now,
# however long the queue is.
REQUEST = Pace(batch=10, fan_out=500, newest_first=True)


@dataclass
class Drained:
    """What one drain did. `more` says that rows are left that could be written now."""

    written: int = 0
    failed: int = 0
    parked: int = 0
    more: bool = False


def backoff(attempts: int) -> timedelta:
    """How long a document waits after so many failures: from one second to ten minutes."""
    seconds = min(2.0 ** min(attempts - 1, 16), LONGEST_WAIT)
    return timedelta(seconds=min(seconds * random.uniform(0.75, 1.25), LONGEST_WAIT))  # noqa: S311


def due(engine: Engine) -> QuerySet[OutboxRow]:
    """The rows that can be taken now: their time has come and nobody holds them."""
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    return OutboxRow.objects.filter(free, engine=engine, parked=False, due_at__lte=now)


class Batch:
    """Some rows of one engine under one lease."""

    def __init__(self, engine: Engine, pace: Pace) -> None:
        self.engine = engine
        self.pace = pace
        self.lease = uuid.uuid4()
        # What ended the work on single documents before all of them had their turn.
        self._trouble: Exception | None = None
        engines = connections[engine.connection]
        self.backend = engines.get_backend()
        self.unified = engines.get_unified_index()
        self.rows: list[OutboxRow] = self._take()

    def _take(self) -> list[OutboxRow]:
        size = self.pace.batch
        order = ("-due_at", "-pk") if self.pace.newest_first else ("due_at", "pk")
        rows_due = due(self.engine).order_by(*order)
        until = timezone.now() + LEASE
        if connection.features.has_select_for_update_skip_locked:
            # Rows that an author's transaction is writing right now are left alone.
            with transaction.atomic():
                locked = rows_due.select_for_update(skip_locked=True)
                keys = list(locked.values_list("pk", flat=True)[:size])
                if keys:
                    rows = OutboxRow.objects.filter(pk__in=keys)
                    rows.update(lease=self.lease, leased_until=until)
        else:
            keys = list(rows_due.values_list("pk", flat=True)[:size])
            if keys:
                # Of two who read the same keys only one finds them still free.
                rows = due(self.engine).filter(pk__in=keys)
                rows.update(lease=self.lease, leased_until=until)
        return list(self._held(keys).order_by("model", "pk")) if keys else []

    def _held(self, keys: list[int]) -> QuerySet[OutboxRow]:
        return OutboxRow.objects.filter(pk__in=keys, lease=self.lease)

    def write(self, drained: Drained) -> None:
        """Write the objects of all rows, and settle each row."""
        settled: set[int] = set()
        try:
            with deadline.within(BATCH_SECONDS):
                for label, group in groupby(self.rows, key=lambda row: row.model):
                    rows = self._fan_out(label, list(group))
                    done, failures = self._write_model(label, rows)
                    self._finish(done)
                    settled |= {row.pk for row in done}
                    for row, error in failures:
                        drained.parked += self._fail(row, error)
                        settled.add(row.pk)
                    drained.written += len(done)
                    drained.failed += len(failures)
                    if self._trouble:
                        raise self._trouble
        except (SearchFailure, OSError) as error:
            self.postpone(error, settled)
            raise

    def postpone(self, error: Exception, settled: Collection[int] = ()) -> None:
        """Let the rows wait for an engine that is out of order, but for those that are settled."""
        if isinstance(error, IndexUnusable):
            # Waiting does not help: the worker sees this and builds the index again.
            Engine.objects.filter(pk=self.engine.pk).update(built_at=None)
        self._postpone([row for row in self.rows if row.pk not in settled], error)

    def _write_model(
        self, label: str, rows: list[OutboxRow]
    ) -> tuple[list[OutboxRow], list[tuple[OutboxRow, Exception]]]:
        try:
            model = apps.get_model(label)
        except LookupError:
            logger.info("The outbox names %s, which is no model any more.", label)
            return rows, []
        try:
            index = self.unified.get_index(model)
        except NotHandled:
            return rows, []
        try:
            self._put(index, model, rows)
        except (DatabaseError, *_ENGINE_AT_FAULT):
            raise
        except Exception as error:  # noqa: BLE001 - each row is tried alone and logged then
            if reasons := getattr(error, "reasons", None):
                # The engine says which it did not take; all others are written.
                return self._refused(rows, reasons)
            if len(rows) > 1:
                logger.info("A batch of %s failed and is written one by one: %s", label, error)
            return self._one_by_one(index, model, rows)
        return rows, []

    def _refused(
        self, rows: list[OutboxRow], reasons: Mapping[str, str]
    ) -> tuple[list[OutboxRow], list[tuple[OutboxRow, Exception]]]:
        names = {f"{row.model}.{row.object_id}": row for row in rows}
        failures: list[tuple[OutboxRow, Exception]] = [
            (names[name], SearchBackendError(reason))
            for name, reason in reasons.items()
            if name in names
        ]
        for row, error in failures:
            logger.error("%s was refused by %s: %s", row, self.engine, error)
        refused = {row.pk for row, _error in failures}
        return [row for row in rows if row.pk not in refused], failures

    def _one_by_one(
        self, index: Any, model: type[Model], rows: list[OutboxRow]
    ) -> tuple[list[OutboxRow], list[tuple[OutboxRow, Exception]]]:
        """Tell the documents that fail from those that do not.

        Where the engine refuses every one of them, it is the engine that fails; but what it
        calls a senseless request, it may say of a document that stands alone.
        """
        done: list[OutboxRow] = []
        failures: list[tuple[OutboxRow, Exception]] = []
        for row in rows:
            try:
                self._put(index, model, [row])
            except DatabaseError:
                raise
            except _ENGINE_AT_FAULT as error:
                if not done:
                    raise
                self._trouble = error
                break
            except SearchFailure as error:
                failures.append((row, error))
                if len(failures) >= 3 and not done:
                    raise
            except Exception as error:
                logger.exception("%s could not be written into %s.", row, self.engine)
                failures.append((row, error))
            else:
                done.append(row)
        refused = [
            error
            for _row, error in failures
            if isinstance(error, SearchFailure) and not isinstance(error, QueryRefused)
        ]
        if refused and not done:
            raise refused[0]
        return done, failures

    def _put(self, index: Any, model: type[Model], rows: list[OutboxRow]) -> None:
        """Write what the database holds of these rows now; take out what it does not."""
        keys = [key for row in rows if (key := _key(model, row.object_id)) is not None]
        present = list(index.index_queryset().filter(pk__in=keys)) if keys else []
        found = {str(instance.pk) for instance in present}
        if present:
            self.backend.update(index, present)
        gone = [f"{row.model}.{row.object_id}" for row in rows if row.object_id not in found]
        if gone:
            # All in one request: a server takes long to show each change.
            self.backend.remove_many(gone)

    def _fan_out(self, label: str, rows: list[OutboxRow]) -> list[OutboxRow]:
        """Note every document that is made from these rows; returns the rows that are settled."""
        found = [
            dependency
            for dependency in dependencies(self.unified.get_indexes().values())
            if dependency.model._meta.label_lower == label
        ]
        left = [row for row in rows for each in found if not self._note_documents(each, row)]
        if left:
            later = timezone.now() + timedelta(seconds=1)
            self._held([row.pk for row in left]).update(due_at=later, lease=None, leased_until=None)
        return [row for row in rows if row not in left]

    def _note_documents(self, dependency: Dependency, row: OutboxRow) -> bool:
        key = _key(dependency.model, row.object_id)
        if key is None:
            return True
        limit = self.pace.fan_out
        keys = list(dependency.keys(key)[: None if limit is None else limit + 1])
        if limit is not None and len(keys) > limit:
            return False
        indexed = dependency.index.get_model()
        note_keys([(indexed, key) for key in keys], engines=[self.engine.pk])
        return True

    def _finish(self, rows: list[OutboxRow]) -> None:
        """Delete rows whose object was written, unless it changed again meanwhile."""
        if not rows:
            return
        held = self._held([row.pk for row in rows])
        deleted, _models = held.filter(change__in=[row.change for row in rows]).delete()
        if deleted == len(rows):
            return
        # Changed again while it was written: free for the next drain.
        released = held.update(lease=None, leased_until=None)
        if deleted + released < len(rows):
            # The lease ran out and another took the row. Which of the two wrote last is not
            # known, so all are written once more.
            models = [(apps.get_model(row.model), row.object_id) for row in rows]
            note_keys(models, engines=[self.engine.pk])

    def _fail(self, row: OutboxRow, error: Exception) -> bool:
        """Let a row wait; True if it had its last attempt and is parked."""
        held = self._held([row.pk])
        attempts = row.attempts + 1
        parked = attempts >= MAX_ATTEMPTS
        unchanged = held.filter(change=row.change).update(
            attempts=attempts,
            parked=parked,
            error=_words(error),
            due_at=timezone.now() + backoff(attempts),
        )
        held.update(lease=None, leased_until=None)
        if parked and unchanged:
            logger.error("%s is parked after %d attempts: %s", row, attempts, _words(error))
        return bool(parked and unchanged)

    def _postpone(self, rows: list[OutboxRow], error: Exception) -> None:
        """Let rows wait for their engine: the longer it is out of order, the longer."""
        now = timezone.now()
        held = self._held([row.pk for row in rows])
        oldest = min((row.changed_at for row in rows), default=now)
        wait = min(max((now - oldest).total_seconds() / 4, 1.0), LONGEST_OUTAGE_WAIT)
        due = now + timedelta(seconds=wait * random.uniform(0.75, 1.0))  # noqa: S311
        unchanged = held.filter(change__in=[row.change for row in rows])
        unchanged.update(due_at=due, error=_words(error))
        held.update(lease=None, leased_until=None)


def _key(model: type[Model], object_id: str) -> Any:
    """The primary key that a row names, or None where no object can have it."""
    try:
        return model._meta.pk.to_python(object_id)
    except ValidationError:
        return None


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:2000]
