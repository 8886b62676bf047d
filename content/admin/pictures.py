"""Pictures in admin: what they show, where they are used, and their upload."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from content import admin_views, kinds, pictures
from content.forms import PictureForm
from content.models import Picture
from content.templatetags.content_tags import file_size


@admin.register(Picture)
class PictureAdmin(admin.ModelAdmin):
    """A picture's file never changes; it can be deleted when nothing shows it."""

    form = PictureForm
    list_display = ["thumbnail", "label", "format", "extent", "bytes", "uses_count", "created_at"]
    list_display_links = ["thumbnail", "label"]
    list_filter = ["format", "created_at"]
    list_select_related = ["uploaded_by"]
    list_per_page = 50
    search_fields = ["description", "name"]
    date_hierarchy = "created_at"
    actions = ["delete_unused"]
    facts = ["thumbnail", "name", "extent", "bytes", "sha256", "uploaded_by", "created_at", "uses"]

    class Media:
        css = {"all": ["admin/blog/editor.css"]}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Picture]:
        return super().get_queryset(request).annotate(number_of_uses=models.Count("uses"))

    @admin.display(description=_("picture"))
    def thumbnail(self, picture: Picture) -> str:
        return format_html(
            '<img class="thumbnail" src="{}" alt="{}" loading="lazy">',
            picture.get_absolute_url(),
            picture.description,
        )

    @admin.display(description=_("description"), ordering="description")
    def label(self, picture: Picture) -> str:
        return str(picture)

    @admin.display(description=_("pixels"))
    def extent(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"

    @admin.display(description=_("size"), ordering="size")
    def bytes(self, picture: Picture) -> str:
        return file_size(picture.size)

    @admin.display(description=_("uses"), ordering="number_of_uses")
    def uses_count(self, picture: Any) -> int:
        return picture.number_of_uses

    @admin.display(description=_("where it is used"))
    def uses(self, picture: Picture) -> str:
        rows = [
            (
                reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[key]),
                title,
            )
            for model in kinds.models()
            for key, title in model._base_manager.filter(
                pk__in=picture.uses.filter(
                    content_type=ContentType.objects.get_for_model(model)
                ).values("object_id")
            ).values_list("pk", "title")[:50]
        ]
        listed = format_html_join("", '<li><a href="{}">{}</a></li>', rows)
        return format_html("<ul>{}</ul>", listed) if rows else str(_("Nothing shows it."))

    def get_fields(self, request: HttpRequest, obj: Picture | None = None) -> list[str]:
        return ["file", "description"] if obj is None else ["description", *self.facts]

    def get_readonly_fields(self, request: HttpRequest, obj: Picture | None = None) -> list[str]:
        return [] if obj is None else self.facts

    def get_form(
        self, request: HttpRequest, obj: Picture | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None:
            form.base_fields.pop("file", None)
        return form

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        if not change:
            obj.uploaded_by = request.user
        super().save_model(request, obj, form, change)

    # Deleting

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.uses.exists():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.action(description=_("Delete the selected pictures"), permissions=["delete"])
    def delete_unused(self, request: HttpRequest, queryset: models.QuerySet[Picture]) -> Any:
        used = queryset.filter(uses__isnull=False).distinct()
        if "post" not in request.POST and (
            names := "、".join(str(picture) for picture in used[:20])
        ):
            self.message_user(
                request,
                _("A picture that is shown somewhere is kept: %(names)s") % {"names": names},
                messages.WARNING,
            )
        # Without the annotation, whose grouping no deletion can have.
        unused = Picture.objects.filter(pk__in=queryset.values("pk"), uses__isnull=True)
        if not unused.exists():
            return None
        return admin.actions.delete_selected(self, request, unused)

    def delete_model(self, request: HttpRequest, obj: Picture) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(lambda: _remove_file(obj.name))

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Picture]) -> None:
        for picture in queryset:
            self.delete_model(request, picture)

    # What the writer's forms ask for

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "store/",
                self.admin_site.admin_view(admin_views.store_picture),
                name="content_picture_store",
            ),
            path(
                "<int:pk>/describe/",
                self.admin_site.admin_view(admin_views.describe_picture),
                name="content_picture_describe",
            ),
            path(
                "<int:pk>/file/",
                self.admin_site.admin_view(self.file_view),
                name="content_picture_file",
            ),
            *super().get_urls(),
        ]

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """From the key that a form knows to the picture itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        picture = self.get_object(request, str(pk))
        if picture is None:
            raise Http404
        return HttpResponseRedirect(picture.get_absolute_url())


def _remove_file(name: str) -> None:
    if not Picture.objects.filter(name=name).exists():
        pictures.remove_picture(name)
