"""What is searched for, counted by the day: who searched, and when on that day, is not kept.

A search appends one line to a file; the worker counts the lines into the database. What looks
like somebody's own (an address, a number, a secret) is never written at all.
"""

import json
import logging
import os
import re
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Max, Sum
from django.http import HttpRequest
from django.utils import timezone

from .models import FoldedLog, QueryCount, folded_query

logger = logging.getLogger(__name__)

KEPT = timedelta(days=90)
ROTATE_SECONDS = 5
# A file that nobody appended to for so long belongs to a thread that has gone on to another.
SETTLED_SECONDS = 15
POPULAR_SEARCHES = 3  # what fewer people asked may be somebody's own
POPULAR_DAYS = 30
POPULAR_SECONDS = 300
MAX_POPULAR = 1000
_MAX_RESULTS = 2**31 - 1
_POPULAR_KEY = "search.querylog.popular"

_NOT_A_PERSON = ("bot", "spider", "crawl", "slurp", "curl", "wget", "python-", "headless")
_PERSONAL = re.compile(
    r"\S@\S"  # an e-mail address, an account
    r"|\d(?:[\s-]?\d){6}"  # seven digits: telephone, identity, bank
    r"|://|[?&][\w.-]+="  # an address, which may hold a key
    r"|(?=[a-z_+/=-]{0,23}\d)[a-z0-9_+/=-]{24}"  # a digest, a token; a long name has no digits
)


class _File(threading.local):
    path: Path | None = None
    opened = 0.0
    pid = 0


@dataclass
class _Counted:
    """What the lines of one file say of one query on one day."""

    searches: int = 0
    clicks: int = 0
    results: int | None = None


@dataclass
class _Counts:
    by_query: dict[tuple[str, str], _Counted] = field(default_factory=lambda: defaultdict(_Counted))


_file = _File()


def note_search(request: HttpRequest, text: str, total: int) -> None:
    """Count a visitor's search that found `total` documents."""
    _note(request, text, {"total": total})


def note_click(request: HttpRequest, text: str) -> None:
    """Count that a visitor followed a result of this query."""
    _note(request, text, {"click": 1})


def is_kept(text: str) -> bool:
    """Whether a query may be written down: not empty, not long, and nobody's own."""
    query = folded_query(text)
    return bool(query) and len(text) <= 100 and not _PERSONAL.search(query)


def popular(prefix: str, limit: int) -> list[str]:
    """Queries of the last month that begin like this, found something, and many asked.

    Asked with every letter that somebody types, so all of them are kept for some minutes.
    """
    queries = cache.get(_POPULAR_KEY)
    if queries is None:
        queries = _popular()
        cache.set(_POPULAR_KEY, queries, POPULAR_SECONDS)
    beginning = folded_query(prefix)
    return [query for query in queries if query.startswith(beginning)][:limit]


def _popular() -> list[str]:
    start = timezone.localdate() - timedelta(days=POPULAR_DAYS)
    rows = (
        QueryCount.objects.filter(day__gte=start)
        .values("query")
        .annotate(number=Sum("searches"), found=Max("results"))
        .filter(number__gte=POPULAR_SEARCHES, found__gt=0)
        .order_by("-number", "query")
    )
    return list(rows.values_list("query", flat=True)[:MAX_POPULAR])


def fold(settled_seconds: float = SETTLED_SECONDS) -> int:
    """Count what the settled files hold into the database; returns how many files it were."""
    folded = 0
    for path in sorted(_folder().glob("*.queries")):
        try:
            settled = time.time() - path.stat().st_mtime >= settled_seconds
        except FileNotFoundError:
            continue
        if settled:
            folded += _fold_file(path)
    return folded


def purge() -> None:
    """Delete what is older than 90 days."""
    QueryCount.objects.filter(day__lt=timezone.localdate() - KEPT).delete()
    FoldedLog.objects.filter(folded_at__lt=timezone.now() - timedelta(days=7)).delete()


def _note(request: HttpRequest, text: str, what: dict[str, int]) -> None:
    if not _is_a_person(request) or not is_kept(text):
        return
    line = {"day": timezone.localdate().isoformat(), "query": folded_query(text), **what}
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    try:
        descriptor = os.open(_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(descriptor, data)
        finally:
            os.close(descriptor)
    except OSError:
        # A full disk costs a count, not the visitor's answer.
        logger.exception("A search could not be counted.")


def _is_a_person(request: HttpRequest) -> bool:
    agent = request.headers.get("User-Agent", "").lower()
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    robot = not agent or any(word in agent for word in _NOT_A_PERSON)
    return not robot and "prefetch" not in purpose and request.method in ("GET", "POST")


def _folder() -> Path:
    return Path(settings.SPOOL_DIR) / "queries"


def _path() -> Path:
    """This thread's own file, a new one every few seconds and after a fork."""
    now = time.monotonic()
    if _file.path is None or _file.pid != os.getpid() or now - _file.opened > ROTATE_SECONDS:
        _folder().mkdir(parents=True, exist_ok=True)
        _file.path = _folder() / f"{time.time_ns()}-{secrets.token_hex(8)}.queries"
        _file.opened, _file.pid = now, os.getpid()
    return _file.path


def _fold_file(path: Path) -> int:
    try:
        counts = _counted(path.read_bytes())
    except FileNotFoundError:
        return 0
    with transaction.atomic():
        _row, is_new = FoldedLog.objects.get_or_create(name=path.name)
        if is_new:
            for (day, query), counted in sorted(counts.by_query.items()):
                _add(day, query, counted)
    path.unlink(missing_ok=True)
    return int(is_new)


def _counted(data: bytes) -> _Counts:
    counts = _Counts()
    for line in _lines(data):
        try:
            day = date.fromisoformat(line["day"]).isoformat()
            entry = counts.by_query[day, str(line["query"])[:100]]
            if "total" in line:
                entry.searches += 1
                entry.results = min(max(int(line["total"]), 0), _MAX_RESULTS)
            else:
                entry.clicks += 1
        except (KeyError, TypeError, ValueError):
            continue
    return counts


def _lines(data: bytes) -> Iterator[dict]:
    for line in data.splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            continue  # cut off by a full disk or a kill
        if isinstance(read, dict):
            yield read


def _add(day: str, query: str, counted: _Counted) -> None:
    row, _made = QueryCount.objects.get_or_create(day=day, query=query)
    changes: dict[str, Any] = {
        "searches": F("searches") + counted.searches,
        "clicks": F("clicks") + counted.clicks,
    }
    if counted.results is not None:
        changes["results"] = counted.results
    QueryCount.objects.filter(pk=row.pk).update(**changes)
