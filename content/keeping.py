"""Keep what was made for many pages, until something that it shows changes or appears.

What is kept lies under the stamps of its subjects, and never longer than until the next
scheduled content appears: that happens without a write, so no stamp tells of it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.cache import caches
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import get_language

from . import kinds, stamps

SECONDS = 3600
Made = TypeVar("Made")
_NOTHING = object()


def kept(
    name: str,
    subjects: Iterable[str],
    make: Callable[[], Made],
    *,
    present: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
) -> Made:
    """What `make` returned when it was last asked for `name`, while the subjects are unchanged.

    `subjects` are names of `content.stamps`; `present` is what `stamps.current()` returned
    earlier in the same request (the context variable `stamps`), so that a page reads them
    once. `name` tells apart all that `make` depends on besides; each language has its own.
    Nothing is kept when `make` raises. What is returned is a copy: it may be changed.
    """
    if present is None:
        present = stamps.current()
    cache = caches["template_fragments"]
    key = _key(name, [present.get(subject, "") for subject in subjects])
    found = cache.get(key, _NOTHING)
    if found is not _NOTHING:
        return found
    # Before anything is made: what appears meanwhile may be missing in it.
    until = _next_publication(present.get(stamps.CONTENT, ""))
    made = make()
    left = min(seconds, (until - timezone.now()).total_seconds()) if until else seconds
    if left > 0:
        cache.set(key, made, left)
    return made


def kept_of_page(
    context: Mapping[str, Any], name: str, subjects: Iterable[str], make: Callable[[], Made]
) -> Made:
    """The same for a part of one page, whose view names the page by `kept_as` in its context.

    A page without that name shows what no other visitor is to see, or a draft: made anew.
    """
    page = context.get("kept_as")
    if page is None:
        return make()
    return kept(f"{name} of {page}", subjects, make, present=context.get("stamps"))


def _key(name: str, values: Iterable[str]) -> str:
    parts = repr((name, get_language(), tuple(values)))
    return f"kept-{hashlib.sha256(parts.encode()).hexdigest()}"


def _next_publication(stamp: str) -> datetime | None:
    """When the next scheduled content appears; None when nothing is scheduled.

    Itself kept until then, so that a page with everything at hand asks the database nothing.
    """
    cache = caches["template_fragments"]
    key = _key("next publication", [stamp])
    found = cache.get(key, _NOTHING)
    if found is not _NOTHING:
        return found
    now = timezone.now()
    times = [
        model._default_manager.indexable()
        .filter(published_at__gt=now)
        .aggregate(first=Min("published_at"))["first"]
        for model in kinds.models()
    ]
    first = min((time for time in times if time is not None), default=None)
    until = min(first, now + timedelta(seconds=SECONDS)) if first else None
    cache.set(key, first, (until - now).total_seconds() if until else SECONDS)
    return first
