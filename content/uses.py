"""Whether a picture is served, which follows from the content that shows it."""

from django.contrib.contenttypes.models import ContentType

from . import kinds, pictures
from .models import Moderation, PictureUse


def is_public(name: str) -> bool:
    """Whether visitors may have the picture called `name`, or the smaller file of one.

    A picture that content shows which was taken down or purged is withheld, unless other
    visible content shows it too. One that only drafts show is served: its name cannot be guessed,
    and its editor wants to see it.
    """
    uses: dict[int, list[int]] = {}
    rows = PictureUse.objects.filter(picture__name__in=pictures.originals(name))
    for content_type_id, object_id in rows.values_list("content_type_id", "object_id"):
        uses.setdefault(content_type_id, []).append(object_id)
    taken_down = False
    for model in kinds.models():
        keys = uses.get(ContentType.objects.get_for_model(model).pk)
        if not keys:
            continue
        shown_by = model._default_manager.filter(pk__in=keys)
        if shown_by.visible().exists():
            return True
        # A use whose row is not there any more is of something that was purged.
        clear = shown_by.filter(moderation=Moderation.CLEAR).count()
        taken_down = taken_down or clear < len(keys)
    return not taken_down
