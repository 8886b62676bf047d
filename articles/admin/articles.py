"""Articles and reprints in admin."""

from typing import Any

import reversion
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from reversion.models import Version

from articles.models import Article
from content import versions
from content.admin import ContentAdmin
from content.forms import ContentForm

from .further_reading import FurtherReadingInline, bring_back

# In the context of a form: the version that it shows.
VERSION = "article_version"


class ArticleForm(ContentForm):
    """The form of an article; its rules are the model's."""

    class Meta(ContentForm.Meta):
        model = Article


@admin.register(Article)
class ArticleAdmin(ContentAdmin):
    """The writer's screen."""

    form = ArticleForm
    inlines = [FurtherReadingInline]
    preview_template = "articles/article_detail.html"
    fieldsets = [
        (None, {"fields": ["title", "kind", "column", "tags", "author"]}),
        (
            _("Source of a reprint"),
            {
                "fields": ["original_author", "source_url", "reprint_ground"],
                "classes": ["for-kind", "for-kind-reprint"],
            },
        ),
        (_("Text"), {"fields": ["body", "summary", "cover"], "classes": ["writing"]}),
        (
            _("Publication"),
            {"fields": ["status", "published_at", "slug", "moderation_state", "opened_at"]},
        ),
        (
            _("Facts"),
            {
                "fields": ["views", "created_by", "created_at", "updated_at"],
                "classes": ["collapse"],
            },
        ),
    ]

    def get_preview_context(self, content: Any) -> dict[str, Any]:
        reading = content.further_reading.all() if content.pk else []
        return {
            **super().get_preview_context(content),
            "further_reading": reading,
            "previous": None,
            "next": None,
        }

    # Versions hold the further reading too.

    def reversion_register(self, model: type[Model], **kwargs: Any) -> None:
        super().reversion_register(model, **kwargs)
        # Followed, so that every revision of an article has it, whoever makes the revision.
        excluded = versions.kept_fields(Article) | versions.DERIVED_FIELDS
        reversion.unregister(Article)
        reversion.register(Article, exclude=excluded, follow=["further_reading"])

    def _reversion_revisionform_view(
        self,
        request: HttpRequest,
        version: Version,
        template_name: Any,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**(extra_context or {}), VERSION: version}
        return super()._reversion_revisionform_view(request, version, template_name, context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if version := (extra_context or {}).get(VERSION):
            # Within the transaction that restored the article, and is undone unless it is saved.
            bring_back(version, get_object_or_404(Article, pk=object_id))
        return super().changeform_view(request, object_id, form_url, extra_context)
