"""What editors do with several articles or packages at once.

Every row goes through `save()`, not `update()`: the search index listens to saves, and the
rules of the model decide what is refused.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from content.forms import ColumnChoiceField
from content.models import Column, Content

from .revisions import keep_version

_SHOWN_REFUSALS = 20


class MoveForm(forms.Form):
    """Which column the chosen rows move to."""

    column = ColumnChoiceField(queryset=Column.objects.leaves(), label=_("Column"))


class BulkActions(admin.ModelAdmin):
    """Publish, back to draft, move, and delete what never was public."""

    actions = ["publish", "unpublish", "move_to_column", "delete_drafts"]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        # Replaced by delete_drafts, which says what it keeps.
        actions.pop("delete_selected", None)
        return actions

    def why_not_publish(self, content: Content) -> str:
        """A sentence that says why `content` cannot be published, or ""."""
        return ""

    @admin.action(
        description=_("Publish the selected %(verbose_name_plural)s"), permissions=["change"]
    )
    def publish(self, request: HttpRequest, queryset: models.QuerySet[Content]) -> None:
        def change(content: Content) -> bool:
            if refusal := self.why_not_publish(content):
                raise ValidationError(refusal)
            changed = content.status != Content.Status.PUBLISHED
            content.status = Content.Status.PUBLISHED
            content.published_at = content.published_at or timezone.now()
            return changed

        done = self._change_each(request, queryset, change, str(_("Published.")))
        if done:
            text = ngettext("Published %(count)d.", "Published %(count)d.", done)
            self.message_user(request, text % {"count": done}, messages.SUCCESS)

    @admin.action(
        description=_("Make the selected %(verbose_name_plural)s drafts again"),
        permissions=["change"],
    )
    def unpublish(self, request: HttpRequest, queryset: models.QuerySet[Content]) -> None:
        def change(content: Content) -> bool:
            changed = content.status != Content.Status.DRAFT
            content.status = Content.Status.DRAFT
            return changed

        done = self._change_each(request, queryset, change, str(_("Made a draft again.")))
        if done:
            text = ngettext(
                "Made %(count)d a draft again. What was taken down stays down.",
                "Made %(count)d drafts again. What was taken down stays down.",
                done,
            )
            self.message_user(request, text % {"count": done}, messages.SUCCESS)

    @admin.action(
        description=_("Move the selected %(verbose_name_plural)s to a column"),
        permissions=["change"],
    )
    def move_to_column(self, request: HttpRequest, queryset: models.QuerySet[Content]) -> Any:
        form = MoveForm(request.POST if "column" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Move to a column"),
                "contents": queryset,
                "form": form,
                "action_checkbox_name": admin.helpers.ACTION_CHECKBOX_NAME,
                "media": self.media,
            }
            return TemplateResponse(request, "admin/content/move_selected.html", context)
        column = form.cleaned_data["column"]

        def change(content: Content) -> bool:
            changed = content.column_id != column.pk
            content.column = column
            return changed

        done = self._change_each(request, queryset, change, str(_("Moved to another column.")))
        if done:
            text = ngettext(
                "Moved %(count)d to “%(column)s”.", "Moved %(count)d to “%(column)s”.", done
            )
            self.message_user(request, text % {"count": done, "column": column}, messages.SUCCESS)
        return None

    @admin.action(
        description=_("Delete the selected drafts that never were public"), permissions=["delete"]
    )
    def delete_drafts(self, request: HttpRequest, queryset: models.QuerySet[Content]) -> Any:
        was_public = models.Q(first_published_at__lte=timezone.now())
        kept = list(queryset.filter(was_public)[: _SHOWN_REFUSALS + 1])
        if kept and "post" not in request.POST:
            self.message_user(
                request,
                _("What was once published is taken down, not deleted: %(titles)s")
                % {"titles": _named(kept)},
                messages.WARNING,
            )
        drafts = queryset.exclude(was_public)
        return delete_selected(self, request, drafts) if drafts.exists() else None

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Content]) -> None:
        # One by one: each takes its old addresses along.
        for content in queryset:
            self.delete_model(request, content)

    def _change_each(
        self,
        request: HttpRequest,
        queryset: models.QuerySet[Content],
        change: Callable[[Content], bool],
        note: str,
    ) -> int:
        """Apply `change` to each row and save it; say which were refused, and why."""
        done, refused = 0, []
        keys = list(queryset.values_list("pk", flat=True))
        rows = self.model._base_manager
        # All in the transaction of the request, and in one order: else this and somebody who
        # saves one of them could each hold what the other waits for.
        list(rows.select_for_update().filter(pk__in=keys).order_by("pk").values("pk"))
        for key in keys:
            with transaction.atomic():
                # Read whole: the list defers the long texts.
                content = rows.get(pk=key)
                try:
                    if not change(content):
                        continue
                    content.full_clean()
                except ValidationError as error:
                    refused.append(f"{content.title}: {' '.join(error.messages)}")
                    continue
                content.save()
                keep_version(content)
                self.log_change(request, content, note)
                done += 1
        for sentence in refused[:_SHOWN_REFUSALS]:
            self.message_user(request, sentence, messages.ERROR)
        if len(refused) > _SHOWN_REFUSALS:
            more = len(refused) - _SHOWN_REFUSALS
            text = ngettext("%(count)d more was refused.", "%(count)d more were refused.", more)
            self.message_user(request, text % {"count": more}, messages.ERROR)
        if not done and not refused:
            self.message_user(request, _("Nothing had to be changed."), messages.INFO)
        return done


def _named(contents: list[Content]) -> str:
    names = "、".join(f"“{content.title}”" for content in contents[:_SHOWN_REFUSALS])
    return names + ("……" if len(contents) > _SHOWN_REFUSALS else "")
