"""What changed, written in the transaction of the change; drained after its commit.

A row names an object and not its content, so repetition and order do not matter. Noting an
object again gives its row a new `change`: a drainer that read the object before cannot
delete the row, and the object is written once more.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections as databases
from django.db import router, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from . import registry
from .models import OutboxRow

# A row that is noted again starts from the beginning. Its lease stays with the drainer that
# holds it: two who write the same object at once could write the older state last. Its
# `changed_at` stays too: since then the index is behind.
_RENEWED = ("change", "due_at", "attempts", "error", "parked")


class _Wake:
    """The callback of one transaction, which also keeps what the transaction asked once."""

    def __init__(self, transaction_id: str | None) -> None:
        self.transaction_id = transaction_id
        # Django names a callback by this when it logs that it failed.
        self.__qualname__ = "search.outbox.wake"
        self.engines: list[int] = []

    def __call__(self) -> None:
        # Draining builds on this module: a renamed tag notes what carries it.
        from .draining import drain_now

        drain_now()


def note(instance: Model) -> None:
    """Write down that this object changed, for every engine."""
    note_keys([(type(instance), instance.pk)])


def note_keys(
    keys: Iterable[tuple[type[Model], Any]], engines: Sequence[int] | None = None
) -> None:
    """Write down that these objects changed: for every engine, drained after the commit.

    With `engines` only for those, by a drainer, which will find the rows by itself. Without
    a registered engine nothing is written: its first build reads everything.
    """
    # One order for all writers, so that two of them cannot wait for each other.
    names = sorted({(model._meta.label_lower, str(pk)) for model, pk in keys})
    if not names:
        return
    if engines is not None:
        _upsert([(engine, *name) for engine in sorted(engines) for name in names])
        return
    wake = _wake_of_transaction()
    wake.engines = wake.engines or list(
        registry.fed_engines().order_by("pk").values_list("pk", flat=True)
    )
    if wake.engines:
        _upsert([(engine, *name) for engine in wake.engines for name in names])
        _register(wake)


def _upsert(keys: list[tuple[int, str, str]]) -> None:
    now = timezone.now()
    OutboxRow.objects.bulk_create(
        [
            OutboxRow(
                engine_id=engine,
                model=model,
                object_id=object_id,
                change=uuid.uuid4(),
                changed_at=now,
                due_at=now,
            )
            for engine, model, object_id in keys
        ],
        batch_size=200,
        update_conflicts=True,
        unique_fields=["engine", "model", "object_id"],
        update_fields=_RENEWED,
    )


def retry(rows: QuerySet[OutboxRow]) -> int:
    """Give parked rows another eight attempts, beginning now."""
    count = rows.filter(parked=True).update(
        parked=False, attempts=0, due_at=timezone.now(), change=uuid.uuid4()
    )
    wake()
    return count


def wake() -> None:
    """Drain after the commit of this transaction, once however often this is called."""
    _register(_wake_of_transaction())


def _register(wake: _Wake) -> None:
    if wake not in _callbacks():
        # robust: what goes wrong here is logged with its traceback; the author's save is done.
        transaction.on_commit(wake, using=_database(), robust=True)


def _wake_of_transaction() -> _Wake:
    """The callback that this transaction registered already, or a new one.

    Django takes callbacks of a savepoint that is rolled back off this list, so one that is
    found here still stands for the rows that were written with it.
    """
    current = _transaction_id()
    for callback in _callbacks():
        if current is not None and callback.transaction_id == current:
            return callback
    return _Wake(current)


def _callbacks() -> list[_Wake]:
    registered = databases[_database()].run_on_commit
    return [entry[1] for entry in registered if isinstance(entry[1], _Wake)]


def _transaction_id() -> str | None:
    """What tells this transaction from the next; None outside of one.

    The transactions that Django's TestCase wraps around a test do not count, or all requests
    of a test would be one.
    """
    database = databases[_database()]
    own = [not getattr(block, "_from_testcase", False) for block in database.atomic_blocks]
    if not any(own):
        return None
    outermost = own.index(True)
    return database.savepoint_ids[outermost - 1] if outermost else "outermost"


def _database() -> str:
    return router.db_for_write(OutboxRow)
