"""Tags in admin: renaming, how often each is used, and suggestions for the writer's form."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag as StockTag

from content import admin_views
from content.forms import TagForm
from content.models import Tag

# taggit's own tags, which nothing here carries, would stand beside ours under the same name.
if admin.site.is_registered(StockTag):
    admin.site.unregister(StockTag)


class UnusedFilter(admin.SimpleListFilter):
    """Tags that nothing carries."""

    title = _("use")
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("used")), ("no", _("not used"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in {"yes", "no"}:
            return queryset.filter(items__isnull=self.value() == "no").distinct()
        return queryset


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    """A renamed tag keeps its old address, and what carries it is found under the new name."""

    form = TagForm
    list_display = ["name", "uses", "slug"]
    list_filter = [UnusedFilter]
    search_fields = ["name", "slug"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return super().get_queryset(request).annotate(number_of_uses=Count("items", distinct=True))

    @admin.display(description=_("uses"), ordering="number_of_uses")
    def uses(self, tag: Any) -> int:
        return tag.number_of_uses

    def get_urls(self) -> list[URLPattern]:
        suggest = path(
            "suggest/",
            self.admin_site.admin_view(admin_views.suggest_tags),
            name="content_tag_suggest",
        )
        return [suggest, *super().get_urls()]
