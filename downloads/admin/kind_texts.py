"""The texts of the kinds in admin: one row for each kind, and beside it how it will read."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from downloads.models import KindText, Package, Release


@admin.register(KindText)
class KindTextAdmin(admin.ModelAdmin):
    """Purpose sentence and disclaimer of each kind. No row goes, and no third one comes."""

    list_display = ["kind", "purpose"]
    fields = ["kind", "purpose", "preview_of_purpose", "disclaimer", "preview_of_disclaimer"]
    readonly_fields = ["preview_of_purpose", "preview_of_disclaimer"]

    class Media:
        css = {"all": ["downloads/kind-texts.css"]}
        js = ["downloads/kind-texts.js"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Only a kind that has no row yet can be given one.
        is_missing = KindText.objects.count() < len(Package.Kind.choices)
        return is_missing and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: KindText | None = None) -> list[str]:
        return [*self.readonly_fields, "kind"] if obj else self.readonly_fields

    @admin.display(description=_("The sentence as visitors read it"))
    def preview_of_purpose(self, text: KindText) -> SafeString:
        example = example_of(text.kind)
        return _preview("purpose", [text.purpose_of(example)], example)

    @admin.display(description=_("The disclaimer as visitors read it"))
    def preview_of_disclaimer(self, text: KindText) -> SafeString:
        example = example_of(text.kind)
        return _preview("disclaimer", text.disclaimer_of(example), example)


def example_of(kind: str) -> Package:
    """The newest package of a kind that visitors see, else one that is made up."""
    packages = Package.objects.filter(kind=kind) if kind else Package.objects.all()
    if (newest := packages.for_listing().first()) is not None:
        return newest
    example = Package(kind=kind, title=gettext("An example"), licence="MIT")
    example.latest_release = Release(version="1.0.0")
    return example


def _preview(field: str, paragraphs: list[str], example: Package) -> SafeString:
    """The paragraphs, with what the script needs to fill in what is being typed."""
    values = json.dumps(KindText.values_for(example), ensure_ascii=False)
    shown = format_html_join("", "<p>{}</p>", ([paragraph] for paragraph in paragraphs))
    return format_html(
        '<div class="kind-text-preview" data-field="{}" data-values="{}">{}</div>',
        field,
        values,
        shown,
    )
