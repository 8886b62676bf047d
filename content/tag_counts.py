"""How much visible content carries each tag, and how large a tag is therefore written."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from . import kinds, stamps
from .keeping import kept
from .models import ContentQuerySet, Tag, TaggedItem

SIZES = 5


@dataclass(frozen=True)
class TagCount:
    """A tag and how many articles and packages a visitor sees with it."""

    pk: int
    name: str
    slug: str
    count: int

    @property
    def url(self) -> str:
        """The page of what carries the tag."""
        return reverse("content:tag", args=[self.slug])

    @property
    def search_url(self) -> str:
        """A search for the tag."""
        return f"{reverse('search:page')}?{urlencode({'tag': self.name})}"

    @property
    def initial(self) -> str:
        """The letter that it is looked up under, by pinyin for Chinese; # for the rest."""
        first = self.slug[:1].upper()
        return first if first.isalpha() else "#"


def tag_counts(present: Mapping[str, str] | None = None) -> list[TagCount]:
    """Every tag that has visible content, in the order of the alphabet and of pinyin."""
    return kept("tag counts", [stamps.CONTENT], _count, present=present)


def _count() -> list[TagCount]:
    counts: Counter[int] = Counter()
    for model in kinds.models():
        visible: Any = model._default_manager.visible()
        items = items_of(visible).order_by().values_list("tag")
        for tag, number in items.annotate(number=Count("pk")):
            counts[tag] += number
    # Apart, so that the database need not look up the tag of each of a million items.
    tags = Tag.objects.order_by().values_list("slug", "name", "pk")
    return [TagCount(pk, name, slug, counts[pk]) for slug, name, pk in sorted(tags) if counts[pk]]


def items_of(rows: ContentQuerySet) -> QuerySet[TaggedItem]:
    """The tags on these rows of one model."""
    return TaggedItem.objects.filter(
        content_type=ContentType.objects.get_for_model(rows.model),
        object_id__in=rows.order_by().values("pk"),
    )


def most_used(tags: Iterable[TagCount], number: int) -> list[TagCount]:
    """At most so many of the tags, those that are used most, in the order that they had.

    Where the limit falls among equals they all stay out, rather than the end of the alphabet;
    unless that left fewer than half.
    """
    found = list(tags)
    ranked = sorted(found, key=lambda tag: -tag.count)
    chosen = ranked[:number]
    if len(ranked) > number:
        more = [tag for tag in chosen if tag.count > ranked[number].count]
        chosen = more if len(more) >= number / 2 else chosen
    wanted = set(chosen)
    return [tag for tag in found if tag in wanted]


def sizes(tags: Iterable[TagCount]) -> list[tuple[TagCount, int]]:
    """Each tag with its size among these, 1 to SIZES: what doubles the count adds alike."""
    found = list(tags)
    if not found:
        return []
    counts = [tag.count for tag in found]
    least, most = math.log(min(counts)), math.log(max(counts))
    steps = (SIZES - 1) / (most - least) if most > least else 0.0
    return [(tag, 1 + round((math.log(tag.count) - least) * steps)) for tag in found]
