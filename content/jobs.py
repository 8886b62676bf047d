"""What the worker tidies up: files that an upload left behind, rows that nobody needs any more."""

import logging
import time
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from . import counting, spool
from .models import FoldedSpool, Job
from .worker import tasks

logger = logging.getLogger(__name__)

# No upload takes so long: what is older belongs to a process that was killed.
PART_MAX_SECONDS = 24 * 60 * 60
ROWS_KEPT = timedelta(days=7)


def clean_up() -> None:
    """Remove the remains of uploads, and rows of visits, jobs and spool files of the past."""
    removed = sum(
        _remove_old(folder, pattern)
        for folder, pattern in (
            (settings.PACKAGES_DIR, "*.part"),
            (settings.PICTURES_DIR, "*.part"),
            # Django's own temporary files; a killed process leaves them behind.
            (settings.DATA_DIR / "uploads", "*.upload*"),
        )
    )
    if removed:
        logger.info("%d files of broken uploads were removed.", removed)
    old = timezone.now() - ROWS_KEPT
    # A spool file is deleted right after it was folded; its row guards against a crash between.
    waiting = [spool.name_of(path) for path in spool.waiting()]
    FoldedSpool.objects.filter(folded_at__lt=old).exclude(name__in=waiting).delete()
    counting.forget(timezone.now())
    known = [task.name for task in tasks()]
    Job.objects.filter(finished_at__lt=old).exclude(name__in=known).delete()


def clear_sessions() -> None:
    """Delete the sessions that have expired."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def _remove_old(folder: Path, pattern: str) -> int:
    removed = 0
    for path in Path(folder).rglob(pattern):
        try:
            if path.is_file() and time.time() - path.stat().st_mtime > PART_MAX_SECONDS:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue  # its upload was finished just now
        except OSError:
            logger.exception("The file %s of a broken upload could not be removed.", path.name)
    return removed
