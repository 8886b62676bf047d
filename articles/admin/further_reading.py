"""Further reading in the form of an article, and in its versions."""

from typing import Any

import reversion
from django.contrib import admin
from django.http import HttpRequest
from reversion.models import Version

from articles.models import Article, FurtherReading

# Before the article's own registration, which follows it.
reversion.register(FurtherReading)


class FurtherReadingInline(admin.TabularInline):
    """Whoever may write the article may write what it recommends."""

    model = FurtherReading
    extra = 1
    fields = ["title", "url", "note", "position"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user = request.user
        return user.has_perm("articles.view_article") or user.has_perm("articles.change_article")

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        action = "add" if obj is None else "change"
        return request.user.has_perm(f"articles.{action}_article")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


def bring_back(version: Version, article: Article) -> None:
    """Give `article` the further reading that it had in the revision of `version`."""
    rows = [
        stored._object_version.object
        for stored in version.revision.version_set.get_for_model(FurtherReading)
        if str(stored.field_dict["article_id"]) == str(article.pk)
    ]
    article.further_reading.all().delete()
    for row in rows:
        # Under its old key: the form that was opened on the version sends it back.
        row.save_base(raw=True)
