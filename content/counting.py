"""Views and downloads: written to a spool as they happen, folded into the database later.

A request costs one appended line and no database write. Each thread writes a file of its
own, so nothing is locked; a file is folded once it is no longer written to, in one
transaction with the row that says so, so that no count is lost or doubled.
"""

import logging
import os
import secrets
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from . import kinds
from .models import Content, FoldedSpool

logger = logging.getLogger(__name__)

FIELDS = ("views", "downloads")
ROTATE_SECONDS = 5
# A file that nobody appended to for so long belongs to a process that is gone or has rotated.
SETTLED_SECONDS = 15

_BOTS = ("bot", "spider", "crawl", "slurp", "curl", "wget", "python-", "headless")


class _Spool(threading.local):
    path: Path | None = None
    opened = 0.0
    pid = 0


_spool = _Spool()


def counts(request: HttpRequest) -> bool:
    """Whether a request is a reader's: a GET of a browser, no prefetch, no later part of a file."""
    agent = request.headers.get("User-Agent", "").lower()
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    wanted = request.headers.get("Range", "").replace(" ", "")
    return (
        request.method == "GET"
        and bool(agent)
        and not any(word in agent for word in _BOTS)
        and "prefetch" not in purpose
        and (not wanted or wanted.startswith("bytes=0-"))
    )


def count_view(request: HttpRequest, content: Content) -> None:
    """Count a visitor's look at a page."""
    if counts(request):
        _append("views", content)


def count_download(request: HttpRequest, content: Content) -> None:
    """Count a visitor's download of a package."""
    if counts(request):
        _append("downloads", content)


def _append(field: str, content: Content) -> None:
    line = f"{field} {content.kind} {content.pk}\n".encode()
    try:
        descriptor = os.open(_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError:
        # A full disk costs a count, not the reader's page.
        logger.exception("A count could not be written.")


def _path() -> Path:
    """This thread's own file, a new one every few seconds and after a fork."""
    now = time.monotonic()
    if _spool.path is None or _spool.pid != os.getpid() or now - _spool.opened > ROTATE_SECONDS:
        settings.SPOOL_DIR.mkdir(parents=True, exist_ok=True)
        _spool.path = settings.SPOOL_DIR / f"{time.time_ns()}-{secrets.token_hex(8)}.counts"
        _spool.opened, _spool.pid = now, os.getpid()
    return _spool.path


def fold(settled_seconds: float = SETTLED_SECONDS) -> int:
    """Add what the settled spool files hold to the database; returns how many were folded."""
    folded = 0
    for path in sorted(settings.SPOOL_DIR.glob("*.counts")):
        try:
            settled = time.time() - path.stat().st_mtime >= settled_seconds
        except FileNotFoundError:
            continue
        if settled:
            folded += _fold_file(path)
    return folded


def _fold_file(path: Path) -> int:
    added: Counter[tuple[str, str, int]] = Counter()
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        field, _space, rest = line.partition(" ")
        kind, _space, number = rest.partition(" ")
        if field in FIELDS and number.isdigit():
            added[field, kind, int(number)] += 1
    with transaction.atomic():
        _row, is_new = FoldedSpool.objects.get_or_create(name=path.name)
        if is_new:
            for key, number in added.items():
                _add(*key, number)
    path.unlink(missing_ok=True)
    return int(is_new)


def _add(field: str, kind: str, pk: int, number: int) -> None:
    try:
        rows: Any = kinds.get(kind).model._default_manager
    except KeyError:
        return
    rows.filter(pk=pk).add_to_count(field, number)
