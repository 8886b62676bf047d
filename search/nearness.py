"""What is near a text, as the index sees it: for recommendations, which can do without."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model
from haystack import connections
from haystack.exceptions import SearchBackendError
from haystack.query import SearchQuerySet

logger = logging.getLogger(__name__)

# A page waits for no longer: nobody asked for recommendations.
SECONDS = 0.3
LIMIT = 20


def near(instance: Model, limit: int = LIMIT) -> list[tuple[type[Model], int]] | None:
    """Model and key of what shares the rarest words with `instance`, nearest first.

    None when the engine does not answer, or not in time. What the index holds a visitor may
    not be allowed to see: whoever shows it asks the database.
    """
    try:
        with _answering_within(connections["default"].get_backend(), SECONDS):
            found = SearchQuerySet().more_like_this(instance)[:limit]
            return [(result.model, int(result.pk)) for result in found]
    except (SearchBackendError, OSError) as error:
        logger.warning("Recommendations do without nearness of text: %s", error)
        return None


@contextmanager
def _answering_within(backend: Any, seconds: float) -> Iterator[None]:
    """Inside, this thread's engine gives up sooner than for a visitor who searches."""
    before = getattr(backend, "seconds", None)
    if before is None:
        yield
        return
    backend.seconds = min(seconds, before)
    try:
        with backend.waiting_at_most(seconds):
            yield
    finally:
        backend.seconds = before
