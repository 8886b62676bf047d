"""Views and downloads: written to a spool as they happen, folded into the database later.

A request costs one appended line and no database write. A spool file is folded in one
transaction with the row that says so and with the rows that say whom it counted, so that no
count is lost, none is doubled, and nobody is counted twice within half an hour (a view) or on
one day (a download). docs/decisions/0012-counting.md has the reasons.
"""

import logging
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from . import kinds, spool, visitors
from .models import Content, FoldedSpool, Job, Visit
from .readers import counts, has_a_copy

logger = logging.getLogger(__name__)

# A file that nobody appended to for so long belongs to a process that is gone or has rotated.
SETTLED_SECONDS = 15
# Within this, a visitor who comes back to a page is still the same view.
VIEW_SECONDS = 1800
# After this, no line can meet a visit that it would repeat.
VISITS_KEPT = timedelta(days=1)
_JOB = "fold_counts"
_BATCH = 500

# Visitor, field, kind and primary key.
_Key = tuple[str, str, str, int]
# Lines of an older version end after the number.
_LINE = re.compile(
    r"(?P<field>views|downloads) (?P<kind>[a-z0-9_-]{1,20}) (?P<pk>[0-9]{1,18})"
    r"(?: (?P<visitor>[0-9a-f]{32}) (?P<second>[0-9]{1,10})(?: (?P<previous>[0-9a-f]{32}))?)?"
)

_is_failing = False


# Writing


def count_view(request: HttpRequest, content: Content) -> None:
    """Count a visitor's look at a page."""
    if counts(request):
        _append(request, "views", content.kind, content.pk)


def count_beacon(request: HttpRequest, kind: str, pk: int) -> None:
    """Count a look that the page itself reports, having come from a cache perhaps."""
    if counts(request, "POST"):
        _append(request, "views", kind, pk)


def count_download(request: HttpRequest, content: Content) -> None:
    """Count a visitor's download of a package."""
    # Whether one who has a copy gets the file or hears that it is good, nginx alone knows.
    if settings.X_ACCEL_PACKAGES and has_a_copy(request):
        return
    if counts(request):
        _append(request, "downloads", content.kind, content.pk)


def _append(request: HttpRequest, field: str, kind: str, pk: int) -> None:
    global _is_failing
    now = time.time()
    try:
        today, previous = visitors.digests(request, datetime.fromtimestamp(now, UTC))
        words = [field, kind, str(pk), today, str(int(now)), previous]
        spool.append(" ".join(words).strip().encode("ascii") + b"\n")
    except (OSError, DatabaseError):
        # A full disk costs a count, not the reader's page; and one entry in the log.
        if not _is_failing:
            logger.exception("Counts cannot be written; pages are served without.")
        _is_failing = True
    else:
        _is_failing = False


# Folding


@dataclass(frozen=True, slots=True)
class _Line:
    """One view or download as it stands in a spool file."""

    field: str
    kind: str
    pk: int
    visitor: str
    second: int
    previous: str

    @property
    def keys(self) -> list[_Key]:
        """Under which visits of the same visitor may be known, the present one first."""
        # A day's download counts anew on the next day; a view's half hour knows no midnight.
        names = [self.visitor, self.previous if self.field == "views" else ""]
        return [(name, self.field, self.kind, self.pk) for name in names if name]


def fold(settled_seconds: float = SETTLED_SECONDS) -> int:
    """Add what the settled spool files hold to the database; returns how many were folded.

    Safe to run several times at once, and to be killed anywhere.
    """
    folded = 0
    for path in spool.take(settled_seconds):
        try:
            folded += _fold_file(path)
        except OSError:
            logger.exception("The spool file %s could not be read or deleted.", path.name)
    return folded


def _fold_file(path: Path) -> bool:
    with spool.reading(path) as lines:
        if lines is None:
            return False
        with transaction.atomic():
            _wait_for_turn()
            _row, is_new = FoldedSpool.objects.get_or_create(name=spool.name_of(path))
            if is_new:
                _add(_read(lines))
    return is_new


def _wait_for_turn() -> None:
    """Fold one file at a time: two at once would not see whom the other counts."""
    Job.objects.get_or_create(name=_JOB)
    Job.objects.select_for_update().get(name=_JOB)


def _read(lines: Iterable[str]) -> Iterator[_Line]:
    for text in lines:
        if (match := _LINE.fullmatch(text)) is not None:
            yield _Line(
                match["field"],
                match["kind"],
                int(match["pk"]),
                match["visitor"] or "",
                int(match["second"] or 0),
                match["previous"] or "",
            )


def _add(lines: Iterable[_Line]) -> None:
    known = sorted(_known(list(lines)), key=lambda line: line.second)
    counted_at = _visits(known)
    added: Counter[tuple[str, str, int]] = Counter()
    fresh: dict[_Key, int] = {}
    for line in known:
        times = [second for key in line.keys for second in counted_at.get(key, ())]
        if any(_repeats(line, second) for second in times):
            continue
        added[line.kind, line.field, line.pk] += 1
        if line.visitor:
            key = line.keys[0]
            counted_at.setdefault(key, []).append(line.second)
            # Files come in any order: a visit is remembered by its latest time.
            fresh[key] = max(counted_at[key])
    _remember(fresh)
    # By key, as all who write several rows, so that no two of them wait for each other.
    for (kind, field, pk), number in sorted(added.items(), key=lambda item: item[0][2]):
        rows: Any = kinds.get(kind).model._default_manager
        rows.filter(pk=pk).add_to_count(field, number)


def _known(lines: list[_Line]) -> Iterator[_Line]:
    """The lines about content that was public, under its present kind.

    A beacon can name anything; a page that is open while it is taken down still counts.
    """
    wanted: dict[str, set[int]] = {}
    for line in lines:
        wanted.setdefault(line.kind, set()).add(line.pk)
    present: dict[tuple[str, int], str] = {}
    for name, keys in wanted.items():
        try:
            rows: Any = kinds.get(name).model._default_manager
        except KeyError:
            continue
        rows = rows.filter(first_published_at__lte=timezone.now())
        for some in _batches(keys):
            found = rows.filter(pk__in=some).values_list("pk", "kind")
            present |= {(name, pk): kind for pk, kind in found}
    for line in lines:
        kind = present.get((line.kind, line.pk))
        if kind is not None and line.field in kinds.get(kind).model.COUNTS:
            yield replace(line, kind=kind)


def _visits(lines: Iterable[_Line]) -> dict[_Key, list[int]]:
    """When the visitors of these lines were last counted, for what."""
    found: dict[Any, list[int]] = {}
    for some in _batches({key[0] for line in lines for key in line.keys}):
        rows = Visit.objects.filter(visitor__in=some)
        for *key, counted_at in rows.values_list(
            "visitor", "field", "kind", "object_id", "counted_at"
        ):
            found[tuple(key)] = [int(counted_at.timestamp())]
    return found


def _repeats(line: _Line, counted_at: int) -> bool:
    # A visitor has another name tomorrow, so a download that is known is one of this day.
    return line.field == "downloads" or abs(line.second - counted_at) < VIEW_SECONDS


def _remember(fresh: dict[_Key, int]) -> None:
    Visit.objects.bulk_create(
        [
            Visit(
                visitor=visitor,
                field=field,
                kind=kind,
                object_id=pk,
                counted_at=datetime.fromtimestamp(second, UTC),
            )
            for (visitor, field, kind, pk), second in fresh.items()
        ],
        batch_size=100,
        update_conflicts=True,
        unique_fields=["visitor", "field", "kind", "object_id"],
        update_fields=["counted_at"],
    )


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    """So many at a time as every database takes in one query."""
    ordered = sorted(values)
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]


# What is kept of it


def forget(at: datetime) -> None:
    """Delete who visited a day ago, unless lines of that time still wait to be folded."""
    times = [at.timestamp()]
    for path in spool.waiting():
        try:
            times.append(path.stat().st_mtime)
        except FileNotFoundError:
            continue  # folded just now
    oldest = datetime.fromtimestamp(min(times), UTC) - VISITS_KEPT
    Visit.objects.filter(counted_at__lt=oldest).delete()
    # Counted while the clock was wrong.
    Visit.objects.filter(counted_at__gt=at + VISITS_KEPT).delete()
    visitors.renew(at)
