"""What is near a text, as the index sees it: for recommendations, which can do without."""

import logging

from django.db.models import Model
from haystack.exceptions import SearchBackendError
from haystack.query import SearchQuerySet

from . import fallback

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
        return fallback.ask(lambda using: _near(using, instance, limit), seconds=SECONDS).value
    except (SearchBackendError, OSError) as error:
        logger.warning("Recommendations do without nearness of text: %s", error)
        return None


def _near(using: str, instance: Model, limit: int) -> list[tuple[type[Model], int]]:
    found = SearchQuerySet(using=using).more_like_this(instance)[:limit]
    return [(result.model, int(result.pk)) for result in found]
