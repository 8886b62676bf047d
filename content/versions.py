"""What going back to a version must not touch: moderation, files and counts.

django-reversion saves a version with `raw=True` and gives every excluded field its
default: a removed article became clear, and its views became 0. Before such a save the
present values are put back, and what is made from the text is made anew.
"""

from typing import Any

from django.db import models
from django.db.models.signals import pre_save

from .models import Content

# Kept from the present beside a model's guarded_fields.
# Going back is about the text: it neither moves, hides nor publishes a page.
_ALSO_KEPT = frozenset(
    {"slug", "status", "published_at", "first_published_at", "created_at", "created_by"}
)
# Made from the text, and excluded from versions.
DERIVED_FIELDS = Content.DERIVED_FIELDS


def kept_fields(model: type[Content]) -> frozenset[str]:
    """The fields of `model` that a version neither holds nor changes."""
    return model.guarded_fields | _ALSO_KEPT


def guard(model: type[Content]) -> None:
    """Keep the present values of `model`'s guarded fields through every raw save."""
    pre_save.connect(_restore_present_values, sender=model, dispatch_uid=f"guard-{model.__name__}")


def _restore_present_values(
    sender: type[Content], instance: Content, raw: bool = False, **kwargs: Any
) -> None:
    if not raw:
        return
    fields = [sender._meta.get_field(name) for name in kept_fields(sender)]
    present = sender._base_manager.filter(pk=instance.pk).values(
        *(field.attname for field in fields if isinstance(field, models.Field))
    )
    for attname, value in (present.first() or {}).items():
        setattr(instance, attname, value)
    instance.render_body()
    instance.lead = instance.summary.strip() or instance.lead
