"""Several tags become one: what carries the others gets it, and their names lead to it."""

import json
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef
from reversion.models import Version

from . import stamps
from .models import OldAddress, Tag, TagAlias, TaggedItem

_BATCH = 500


def merge(others: Iterable[Tag], into: Tag) -> int:
    """Let `into` stand for all of them; returns how many contents carry it that did not before.

    Names of the others become other names of it, old addresses lead to it, and so do the tags
    in versions of content. Raises `Tag.DoesNotExist` when one of the tags is gone.
    """
    keys = {tag.pk for tag in others} | {into.pk}
    with transaction.atomic():
        # Who saves content locks this first and its tags after; in the other order the two
        # would wait for each other.
        stamps.change(stamps.CONTENT)
        # In one order, so that two who merge the same tags the other way round take turns.
        rows = {tag.pk: tag for tag in _locked(keys)}
        if len(rows) < len(keys):
            raise Tag.DoesNotExist
        kept = rows.pop(into.pk)
        moved = sum(_take_over(tag, kept) for tag in rows.values())
        # Search and what is kept of pages hear of a saved tag, and look at all that carries it.
        kept.save()
    return moved


def _locked(keys: set[int]) -> Iterable[Tag]:
    return Tag.objects.select_for_update().filter(pk__in=keys).order_by("pk")


def _take_over(tag: Tag, kept: Tag) -> int:
    """Move everything of `tag` to `kept` and delete it."""
    moved = _move_items(tag, kept)
    tag.aliases.update(tag=kept)
    OldAddress.objects.filter(area=Tag.address_area, object_id=tag.pk).update(object_id=kept.pk)
    _rewrite_versions(tag, kept)
    name, slug = tag.name, tag.slug
    tag.delete()
    TagAlias.objects.get_or_create(name__iexact=name, defaults={"tag": kept, "name": name})
    OldAddress.objects.update_or_create(
        area=Tag.address_area, slug=slug, defaults={"object_id": kept.pk}
    )
    return moved


def _move_items(tag: Tag, kept: Tag) -> int:
    """One update; what carries both tags loses its second one with the deleted tag."""
    both = TaggedItem.objects.filter(
        tag=kept, content_type=OuterRef("content_type"), object_id=OuterRef("object_id")
    )
    return TaggedItem.objects.filter(~Exists(both), tag=tag).update(tag=kept)


def _rewrite_versions(tag: Tag, kept: Tag) -> None:
    """Let versions of content name the tag that stays, or going back to one would lose it."""
    versions = Version.objects.filter(
        content_type=ContentType.objects.get_for_model(TaggedItem),
        serialized_data__contains=f'"tag": {tag.pk}',
    )
    changed = []
    for version in versions.iterator(_BATCH):
        objects = json.loads(version.serialized_data)
        for each in objects:
            # The condition above finds 12 for 1 too.
            if each["fields"]["tag"] == tag.pk:
                each["fields"]["tag"] = kept.pk
                changed.append(version)
        version.serialized_data = json.dumps(objects)
    Version.objects.bulk_update(changed, ["serialized_data"], batch_size=100)
