"""The site's own settings in admin: one form without a list, and the links in the footer."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from content import admin_views
from content.models import SiteLink, SiteSettings
from content.widgets import MarkdownWidget

_ONLY_ROW = "1"


class OpenedInput(forms.HiddenInput):
    """What a text was when its form was opened; browsers send its line breaks as two characters."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if value else value


class SiteSettingsForm(forms.ModelForm):
    """Name, notice and numbers as lines; the about page in the editor of articles."""

    class Meta:
        model = SiteSettings
        fields = ("name", "tagline", "notice", "about", "icp_number", "police_number")
        widgets = {
            "about": MarkdownWidget,
            "tagline": forms.TextInput({"size": 80}),
            "notice": forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # So that what changed is told from when the form was opened, not from now.
            field.show_hidden_initial, field.hidden_widget = True, OpenedInput
        if about := self.fields.get("about"):
            # The indentation of a first line of code is part of the text.
            about.strip = False
            about.widget.endpoints = {
                "preview_url": reverse("admin:content_sitesettings_markdown"),
                "frame_url": reverse("admin:content_sitesettings_frame"),
                "picture_url": reverse("admin:content_picture_store"),
            }


@admin.register(SiteSettings)
class SiteSettingsAdmin(admin.ModelAdmin):
    """The one row: the list leads to its form, and it is neither added nor deleted."""

    form = SiteSettingsForm
    fieldsets = [
        (_("On every page"), {"fields": ["name", "tagline", "notice"]}),
        (_("About page"), {"fields": ["about"]}),
        (
            _("Numbers of registration"),
            {
                "fields": ["icp_number", "police_number"],
                "description": _("Shown in the footer, each with a link to its register."),
            },
        ),
    ]

    class Media:
        css = {"all": ["admin/blog/editor.css"]}

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "markdown/",
                self.admin_site.admin_view(self._markdown),
                name="content_sitesettings_markdown",
            ),
            path(
                "frame/",
                self.admin_site.admin_view(admin_views.preview_frame),
                name="content_sitesettings_frame",
            ),
            *super().get_urls(),
        ]

    def _markdown(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return admin_views.markdown(request)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> SiteSettings | None:
        return SiteSettings.load() if object_id == _ONLY_ROW else None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:content_sitesettings_change", args=[_ONLY_ROW]))

    def save_model(self, request: HttpRequest, obj: SiteSettings, form: Any, change: bool) -> None:
        """Write what this admin changed; what another changed meanwhile stays."""
        if obj._state.adding:
            obj.save()
        else:
            obj.save(update_fields=[*form.changed_data, "changed_at"])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SiteLink)
class SiteLinkAdmin(admin.ModelAdmin):
    """Links to befriended sites, in the order of the footer."""

    list_display = ["name", "url", "position"]
    list_editable = ["position"]
    search_fields = ["name", "url"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
