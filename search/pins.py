"""Results that admins put first for one query."""

from django.apps import apps
from django.db.models import Model

from .models import Pin, folded_query

MAX_PINS = 5


def pinned(text: str) -> list[tuple[type[Model], str]]:
    """The model and key of each document pinned to this query, in order.

    One small query. Whether a visitor may see them is the caller's to check.
    """
    query = folded_query(text)
    rows = Pin.objects.filter(query=query).values_list("model", "object_id")[:MAX_PINS]
    found: list[tuple[type[Model], str]] = []
    for label, key in rows:
        try:
            found.append((apps.get_model(label), key))
        except (LookupError, ValueError):
            continue  # of an app that is not installed any more
    return found
