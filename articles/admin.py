"""Articles and reprints in admin."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from content.admin import ContentAdmin
from content.forms import ContentForm

from .models import Article


class ArticleForm(ContentForm):
    """The form of an article; its rules are the model's."""

    class Meta(ContentForm.Meta):
        model = Article


@admin.register(Article)
class ArticleAdmin(ContentAdmin):
    """The writer's screen."""

    form = ArticleForm
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
        return {**super().get_preview_context(content), "previous": None, "next": None}
