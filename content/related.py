"""What goes well with a text: scored by column, shared tags and nearness of text.

How near texts are, the function says that settings.NEARNESS names: it takes a content and
returns references (model, key), nearest first, or None when it cannot tell at the moment.
Then the recommendations come without it, and it is not asked again for a minute.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.module_loading import import_string

from . import kinds, stamps
from .keeping import kept
from .listing import Listing, fetch
from .models import Content, ContentQuerySet
from .tag_counts import items_of, tag_counts

Reference = tuple[type[Content], int]

# What each way of being related can add: the whole of it for the nearest.
_COLUMN, _GROUP, _TAGS, _NEARNESS = 1.0, 0.3, 2.0, 1.5
_NEAREST_HALVES_AFTER = 4  # places
_KEPT = 20
_MAX_CANDIDATES = 200  # of each model and each way
_REST_SECONDS = 60
_RESTING = "nearness-rests"


class _NotNow(Exception):
    """Nearness cannot be told at the moment."""


def related(
    content: Content,
    *,
    only: Iterable[kinds.Kind] | None = None,
    limit: int = 5,
    present: Mapping[str, str] | None = None,
) -> list[Content]:
    """What to read after `content`, best first, as cards need it: visible, and never itself.

    `only` narrows it to some kinds. At most twenty; fewer, or none, when there is nothing
    that is related. Two queries for each model shown; `present` are the stamps, where the
    caller knows them.
    """
    return fetch(references(content, only=only, present=present)[:limit])


def references(
    content: Content,
    *,
    only: Iterable[kinds.Kind] | None = None,
    present: Mapping[str, str] | None = None,
) -> list[Reference]:
    """The same without the rows: kept, and without a query while nothing changes."""
    if content.pk is None:
        return []
    chosen = kinds.every() if only is None else tuple(only)
    names = ",".join(kind.name for kind in chosen)
    name = f"related to {content._meta.label} {content.pk} among {names}"
    present = stamps.current() if present is None else present
    try:
        return kept(
            name,
            [stamps.CONTENT],
            lambda: _ranked(content, chosen, _near(content), present),
            present=present,
        )
    except _NotNow:
        # Under another name: what was made without nearness is not shown once it is back.
        return kept(
            f"{name}, without nearness",
            [stamps.CONTENT],
            lambda: _ranked(content, chosen, [], present),
            present=present,
            seconds=_REST_SECONDS,
        )


def _near(content: Content) -> list[Reference]:
    path = getattr(settings, "NEARNESS", "")
    if not path:
        return []
    cache = caches["template_fragments"]
    if cache.get(_RESTING):
        raise _NotNow
    found = import_string(path)(content)
    if found is None:
        cache.set(_RESTING, True, _REST_SECONDS)
        raise _NotNow
    return list(found)


def _ranked(
    content: Content,
    chosen: Collection[kinds.Kind],
    near: list[Reference],
    present: Mapping[str, str],
) -> list[Reference]:
    scores: defaultdict[Reference, float] = defaultdict(float)
    weights = _tag_weights(content, present)
    nearness = {
        reference: _NEARNESS * 0.5 ** (place / _NEAREST_HALVES_AFTER)
        for place, reference in enumerate(near)
    }
    for model in kinds.models(chosen):
        rows: Any = kinds.rows(model, chosen).visible()
        for pk, score in _by_place(content, rows):
            scores[model, pk] += score
        if weights:
            items = items_of(rows).filter(tag_id__in=weights)
            tagged = items.order_by("-object_id").values_list("object_id", "tag_id")
            for pk, tag in tagged[: _MAX_CANDIDATES * len(weights)]:
                scores[model, pk] += weights[tag]
        keys = [pk for its_model, pk in nearness if its_model is model]
        for pk in rows.filter(pk__in=keys).order_by().values_list("pk", flat=True):
            scores[model, pk] += nearness[model, pk]
    scores.pop((type(content), content.pk), None)
    # Newer ones were met first, and sorting keeps the order of equals.
    return sorted(scores, key=lambda reference: -scores[reference])[:_KEPT]


def _by_place(content: Content, rows: ContentQuerySet) -> list[tuple[int, float]]:
    """The newest of the column and, after them, of its group, each with its score."""
    column = content.column
    place = Q(column_id=column.pk)
    if column.parent_id:
        place |= Q(column__parent_id=column.parent_id)
    found: Any = (
        rows.filter(place)
        .annotate(
            far=Case(
                When(column_id=column.pk, then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            )
        )
        .order_by("far", "-published_at", "-pk")
        .values_list("pk", "far")
    )
    return [(pk, _GROUP if far else _COLUMN) for pk, far in found[:_MAX_CANDIDATES]]


def _tag_weights(content: Content, present: Mapping[str, str]) -> dict[int, float]:
    """What sharing each tag of `content` is worth: rare ones most, all together `_TAGS`."""
    keys = {tag.pk for tag in content.tags.all()}
    counts = {tag.pk: tag.count for tag in tag_counts(present) if tag.pk in keys}
    number = len(Listing()) if counts else 0
    rarity = {pk: math.log(1 + number / count) for pk, count in counts.items()}
    total = sum(rarity.values())
    return {pk: _TAGS * value / total for pk, value in rarity.items()}
