"""Columns in admin: the menu in its order, what each column holds, and moving one up or down."""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from content import kinds
from content.forms import ColumnForm
from content.models import Column, Content

from .counting import count_of

_SHOWN_TITLES = 20


@admin.register(Column)
class ColumnAdmin(admin.ModelAdmin):
    """Two levels in the order of the menu. A column that holds something is not deleted."""

    form = ColumnForm
    list_display = ["menu_name", "position", "holds_what", "contents_count", "slug"]
    list_display_links = ["menu_name"]
    list_editable = ["position"]
    list_filter = [("parent", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["parent"]
    list_per_page = 300
    search_fields = ["name", "slug", "parent__name"]
    actions = ["move_up", "move_down", "delete_empty"]

    class Media:
        css = {"all": ["admin/blog/editor.css"]}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Column]:
        return super().get_queryset(request).annotate(**count_of(kinds.models(), "column"))

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        # Expressions, not annotations: Django orders the choices of other forms by them, too.
        is_leaf = models.Case(models.When(parent=None, then=0), default=1)
        return [
            Coalesce("parent__position", "position").asc(),
            Coalesce("parent_id", "id").asc(),
            is_leaf.asc(),
            "position",
            "pk",
        ]

    @admin.display(description=_("column"))
    def menu_name(self, column: Column) -> str:
        css = "menu-group" if column.is_group else "menu-leaf"
        return format_html('<span class="{}">{}</span>', css, column.name)

    @admin.display(description=_("holds"))
    def holds_what(self, column: Column) -> str:
        labels = {kind.name: str(kind.label) for kind in kinds.every()}
        return "、".join(labels.get(name, name) for name in column.holds)

    @admin.display(description=_("contents"), ordering="contents")
    def contents_count(self, column: Any) -> str:
        return "" if column.is_group else str(column.contents)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["queryset"] = Column.objects.groups()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.GET.get("field_name") == "column" and "model_name" in request.GET:
            found = _able_to_hold(request, found)
        return found, may_repeat

    # Order

    def _move(self, request: HttpRequest, queryset: models.QuerySet[Column], by: int) -> None:
        chosen = set(queryset.values_list("pk", flat=True))
        parents = set(queryset.values_list("parent_id", flat=True))
        with transaction.atomic():
            for parent in parents:
                siblings = list(Column.objects.filter(parent=parent).order_by("position", "pk"))
                _shift(siblings, chosen, by)
                for place, column in enumerate(siblings, start=1):
                    if column.position != place * 10:
                        column.position = place * 10
                        column.save()
        count = len(chosen)
        text = ngettext("Moved %(count)d column.", "Moved %(count)d columns.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Move up by one place"), permissions=["change"])
    def move_up(self, request: HttpRequest, queryset: models.QuerySet[Column]) -> None:
        self._move(request, queryset, -1)

    @admin.action(description=_("Move down by one place"), permissions=["change"])
    def move_down(self, request: HttpRequest, queryset: models.QuerySet[Column]) -> None:
        self._move(request, queryset, 1)

    # Deleting

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.action(
        description=_("Delete the selected columns that are empty"), permissions=["delete"]
    )
    def delete_empty(self, request: HttpRequest, queryset: models.QuerySet[Column]) -> Any:
        empty: list[Column] = []
        kept: list[Column] = []
        parents = set(Column.objects.exclude(parent=None).values_list("parent_id", flat=True))
        for column in queryset:
            (kept if column.contents or column.pk in parents else empty).append(column)
        if kept and "post" not in request.POST:
            names = "、".join(f"“{column}”" for column in kept)
            self.message_user(
                request,
                _("A column that holds something is kept: %(names)s") % {"names": names},
                messages.WARNING,
            )
        if not empty:
            return None
        rows = Column.objects.filter(pk__in=[column.pk for column in empty])
        return admin.actions.delete_selected(self, request, rows)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Column]) -> None:
        # One by one: each takes its old addresses along.
        for column in queryset:
            column.delete()

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        column = self.get_object(request, unquote(object_id))
        if column is None or not (column.contents or column.children.exists()):
            return super().delete_view(request, object_id, extra_context)
        if not self.has_delete_permission(request, column):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": column,
            "title": _("“%(name)s” is not empty") % {"name": column.name},
            "children": column.children.all(),
            "held": [_held(column, model) for model in kinds.models()],
            "media": self.media,
        }
        return TemplateResponse(request, "admin/content/column_not_empty.html", context)


def _able_to_hold(request: HttpRequest, columns: Any) -> Any:
    """The leaves that can hold the kind in the form; while none is chosen, any of its kinds."""
    try:
        model = apps.get_model(request.GET.get("app_label", ""), request.GET["model_name"])
    except LookupError:
        return columns
    if not issubclass(model, Content):
        return columns
    wanted = [kind.name for kind in kinds.every() if kind.model is model]
    if request.GET.get("kind") in wanted:
        wanted = [request.GET["kind"]]
    holding = models.Q(pk__in=[])
    for name in wanted:
        holding |= models.Q(pk__in=Column.objects.holding(name).order_by().values("pk"))
    return columns.filter(holding)


def _shift(siblings: list[Column], chosen: set[int], by: int) -> None:
    """Move the chosen ones by one place, in place; those at the end stay there together."""
    places = range(len(siblings)) if by < 0 else range(len(siblings) - 1, -1, -1)
    for place in places:
        target = place + by
        if (
            siblings[place].pk in chosen
            and 0 <= target < len(siblings)
            and siblings[target].pk not in chosen
        ):
            siblings[place], siblings[target] = siblings[target], siblings[place]


def _held(column: Column, model: type[Content]) -> dict[str, Any]:
    rows = model._base_manager.filter(column=column)
    opts = model._meta
    return {
        "label": opts.verbose_name_plural,
        "count": rows.count(),
        "rows": rows.only("title", "slug")[:_SHOWN_TITLES],
        "list_url": f"admin:{opts.app_label}_{opts.model_name}_changelist",
        "change_url": f"admin:{opts.app_label}_{opts.model_name}_change",
    }
