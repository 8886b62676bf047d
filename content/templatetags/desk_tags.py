"""What waits for whoever opens the admin: their drafts, and what will appear by itself."""

from typing import Any

from django import template
from django.urls import reverse

from content import kinds

register = template.Library()
SHOWN_DRAFTS = 8


@register.simple_tag
def waiting_for(user: Any) -> dict[str, Any]:
    """Drafts of `user`, newest first, and how much is scheduled, by kind of content."""
    drafts: list[tuple[Any, str, str]] = []
    scheduled = []
    for model in kinds.models():
        opts = model._meta
        if not user.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
            continue
        name = f"admin:{opts.app_label}_{opts.model_name}"
        mine = model._default_manager.filter(created_by=user, status=model.Status.DRAFT)
        rows = mine.order_by("-updated_at").values_list("updated_at", "title", "pk")
        drafts += [
            (changed, title, reverse(f"{name}_change", args=[pk]))
            for changed, title, pk in rows[:SHOWN_DRAFTS]
        ]
        due = model._default_manager.indexable()
        number = due.exclude(pk__in=model._default_manager.visible().values("pk")).count()
        if number:
            url = reverse(f"{name}_changelist") + "?seen=scheduled"
            scheduled.append({"label": opts.verbose_name_plural, "count": number, "url": url})
    drafts.sort(key=lambda draft: draft[0], reverse=True)
    return {
        "drafts": [{"title": title, "url": url} for _changed, title, url in drafts[:SHOWN_DRAFTS]],
        "scheduled": scheduled,
    }
