"""Bring counts in an index up to date now and then, so that counting never floods the outbox.

An index's `volatile_fields`, such as views, are no part of a document's version: nothing is
written when they change. Here every document is looked at in turn, some hundred at a time;
one whose numbers grew by a tenth is written again, and once a day any that differs.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from haystack import connections
from haystack.indexes import SearchIndex
from haystack.query import SearchQuerySet
from haystack.utils import get_model_ct

from . import registry
from .engines.errors import SearchFailure
from .models import Engine
from .outbox import note_keys

logger = logging.getLogger(__name__)

SLICE = 500
SHARE = 0.1
# A text that was read twice and then three times has not become another.
LEAST = 5


@dataclass
class _Walk:
    """How far an engine's documents are looked at: index by index, in order of keys."""

    # A start is no new day: a worker that often starts would write everything each time.
    day: date = field(default_factory=timezone.localdate)
    is_daily: bool = False
    place: int = 0
    after: Any = None


_walks: dict[str, _Walk] = {}


def refresh() -> None:
    """Look at the next documents of each engine that this host feeds."""
    for engine in registry.local_engines():
        if engine.built_at is not None:
            try:
                _step(engine, _walks.setdefault(engine.name, _Walk()))
            except SearchFailure as error:
                # Whoever feeds the engine says that it is out of order; this can wait.
                logger.info("The numbers in %s were not looked at: %s", engine, error)


def _step(engine: Engine, walk: _Walk) -> None:
    unified = connections[engine.connection].get_unified_index()
    indexes = [each for each in unified.get_indexes().values() if _numbers(each)]
    if walk.place >= len(indexes):
        today = timezone.localdate()
        walk.is_daily, walk.day = today != walk.day, today
        walk.place, walk.after = 0, None
    if not indexes:
        return
    index = indexes[walk.place]
    rows = index.index_queryset().order_by("pk")
    if walk.after is not None:
        rows = rows.filter(pk__gt=walk.after)
    names = _numbers(index)
    found = list(rows.values_list("pk", *names.values())[:SLICE])
    if found:
        changed = _changed(engine, index, names, found, walk.is_daily)
        note_keys(((index.get_model(), pk) for pk in changed), engines=[engine.pk])
        walk.after = found[-1][0]
    if len(found) < SLICE:
        walk.place, walk.after = walk.place + 1, None


def _changed(
    engine: Engine,
    index: SearchIndex,
    names: dict[str, str],
    rows: Iterable[tuple[Any, ...]],
    is_daily: bool,
) -> list[Any]:
    """The keys of these rows whose numbers in the index are no longer near enough."""
    label = get_model_ct(index.get_model())
    present = {f"{label}.{pk}": (pk, numbers) for pk, *numbers in rows}
    asked = SearchQuerySet(using=engine.connection).filter(id__in=list(present))
    held = asked.values_list("id", *names)[: len(present)]
    return [
        present[identifier][0]
        for identifier, *numbers in held
        if any(
            _differs(old, new, is_daily)
            for old, new in zip(numbers, present[identifier][1], strict=True)
        )
    ]


def _differs(old: Any, new: Any, is_daily: bool) -> bool:
    change = abs((new or 0) - (old or 0))
    return change > 0 if is_daily else change >= max(LEAST, (old or 0) * SHARE)


def _numbers(index: SearchIndex) -> dict[str, str]:
    """Volatile fields that hold numbers, with the columns that they come from."""
    return {
        name: index.fields[name].model_attr
        for name in getattr(index, "volatile_fields", ())
        if index.fields[name].field_type in ("integer", "long", "float")
        and index.fields[name].model_attr
    }
