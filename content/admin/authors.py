"""Pen names in admin."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from content import kinds
from content.models import Author

from .counting import count_of


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin):
    """Who texts say they are by. One under whose name something appeared stays."""

    list_display = ["name", "user", "contents_count", "slug"]
    list_select_related = ["user"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug", "bio", "user"]
    autocomplete_fields = ["user"]
    list_filter = [("user", admin.RelatedOnlyFieldListFilter)]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Author]:
        return super().get_queryset(request).annotate(**count_of(kinds.models(), "author"))

    @admin.display(description=_("contents"), ordering="contents")
    def contents_count(self, author: Any) -> int:
        return author.contents

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        # Only whoever may look at users can search them; others choose from a plain list.
        allowed = request.user.has_perm("auth.view_user")
        return ["user"] if allowed else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            users = db_field.related_model._default_manager.filter(is_staff=True, is_active=True)
            kwargs["queryset"] = users.order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        author = self.get_object(request, object_id)
        if author is not None and author.contents and request.method == "GET":
            self.message_user(
                request,
                _("Texts appeared under this pen name. Give them another one first."),
                messages.WARNING,
            )
        return super().delete_view(request, object_id, extra_context)
