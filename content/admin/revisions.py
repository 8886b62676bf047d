"""Going back to a version: the text and the tags, and nothing that an editor does not decide.

django-reversion's own form view replaces the receivers of all signals of the whole process
while somebody looks at a version, and reverts whatever else was saved in the same revision.
This one restores one row, keeps what a version does not hold, and leaves signals alone:
looking happens in a transaction that is rolled back, and that takes the outbox's rows along.
"""

from typing import Any

import reversion
from django.contrib import messages
from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import localize
from django.utils.timezone import template_localtime
from django.utils.translation import gettext as _
from reversion.admin import VersionAdmin
from reversion.errors import RevertError
from reversion.models import Version

from content import versions
from content.models import Content, Tag, TaggedItem
from content.rendering import RenderingRefused


class _LookedAt(Exception):
    """Ends the transaction in which a version was only looked at."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def keep_version(content: Content) -> None:
    """Add `content` as it is now, with its tags, to the revision that is being made."""
    reversion.add_to_revision(content)
    for item in tagged_items(content):
        reversion.add_to_revision(item)


def tagged_items(content: Content) -> models.QuerySet[TaggedItem]:
    """The rows that say which tags `content` has."""
    content_type = ContentType.objects.get_for_model(content)
    return TaggedItem.objects.filter(content_type=content_type, object_id=content.pk)


def restore(version: Version) -> Content:
    """Write the row of `version` back, with its tags; what is gone meanwhile stays as it is.

    Raises `RevertError` when the data of the version cannot be read any more.
    """
    content: Content = version._object_version.object
    present = type(content)._base_manager.filter(pk=content.pk).first()
    for field in content._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey) or getattr(content, field.attname) is None:
            continue
        # A column or a cover that was deleted since: keep the present one.
        key = getattr(content, field.attname)
        if not field.related_model._base_manager.filter(pk=key).exists():
            setattr(content, field.attname, getattr(present, field.attname, None))
    if present is None:
        _make_new(content, version)
    try:
        content.save_base(raw=True)
    except RenderingRefused as refused:
        raise RevertError(str(refused)) from refused
    content.refresh_from_db()
    content.tags.set(_tags_of(version, content))
    return content


def _make_new(content: Content, version: Version) -> None:
    """Give a deleted draft that comes back what its versions do not hold."""
    if content.column_id is None:
        raise RevertError(_("Its column was deleted, so it cannot be recovered."))
    content.created_at = version.revision.date_created
    content.status = Content.Status.DRAFT
    content.slug = content.free_slug()


def _tags_of(version: Version, content: Content) -> models.QuerySet[Tag]:
    rows = version.revision.version_set.filter(
        content_type=ContentType.objects.get_for_model(TaggedItem)
    )
    content_type = ContentType.objects.get_for_model(content)
    fields = [row.field_dict for row in rows]
    keys = [
        row["tag_id"]
        for row in fields
        if row["content_type_id"] == content_type.pk and str(row["object_id"]) == str(content.pk)
    ]
    return Tag.objects.filter(pk__in=keys)


class ContentVersionAdmin(VersionAdmin):
    """VersionAdmin for content: its versions hold what editors write, and the tags."""

    history_latest_first = True

    def reversion_register(self, model: type[models.Model], **kwargs: Any) -> None:
        # Not the inlines: releases are never changed, so no version may bring them back.
        if not reversion.is_registered(TaggedItem):
            reversion.register(TaggedItem)
        excluded = versions.kept_fields(model) | versions.DERIVED_FIELDS
        reversion.register(model, exclude=excluded, follow=())

    def _reversion_autoregister(self, model: type[models.Model], follow: Any) -> None:
        if issubclass(model, Content):
            super()._reversion_autoregister(model, ())

    def _reversion_revisionform_view(
        self,
        request: HttpRequest,
        version: Version,
        template_name: Any,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if version._model is not self.model or not self.has_change_permission(request):
            raise PermissionDenied
        try:
            with transaction.atomic():
                content = restore(version)
                with self.create_revision(request):
                    response = self.changeform_view(
                        request, quote(str(content.pk)), request.path, extra_context
                    )
                    if request.method != "POST" or response.status_code != 302:
                        response.template_name = template_name
                        raise _LookedAt(response.render())
                    reversion.set_comment(
                        _("Went back to the version of %(time)s.")
                        % {"time": localize(template_localtime(version.revision.date_created))}
                    )
        except _LookedAt as looked:
            return looked.response
        except RevertError as error:
            messages.error(request, str(error))
            opts = self.model._meta
            return HttpResponseRedirect(
                reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
            )
        return response
