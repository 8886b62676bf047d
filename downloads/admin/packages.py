"""Packages in admin: the form with its upload, releases and screenshots."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from content.admin import ContentAdmin
from content.templatetags.content_tags import file_size
from content.widgets import PictureSelect
from downloads import services, storage
from downloads.forms import PackageForm
from downloads.models import Package, PackagePicture, Release
from downloads.views import kind_texts

_SHOWN_ENTRIES = 500


class PackagePictureFormSet(forms.BaseInlineFormSet):
    """Gives each field the picture that its row has, so that it need not ask for it."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.picture_id and "picture" in form.fields:
            widget = form.fields["picture"].widget
            select = getattr(widget, "widget", widget)
            select.known = {form.instance.picture_id: str(form.instance.picture)}


class PackagePictureInline(admin.TabularInline):
    """Screenshots, chosen or uploaded on the spot."""

    model = PackagePicture
    formset = PackagePictureFormSet
    extra = 0
    fields = ["picture", "position"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[PackagePicture]:
        return super().get_queryset(request).select_related("picture")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "picture":
            kwargs["widget"] = PictureSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReleaseInline(admin.TabularInline):
    """The releases, to look at: they are written by the upload and never changed."""

    model = Release
    fields = ["version", "file_name", "size", "sha256", "created_at", "created_by"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Release]:
        # With the package: each row is shown with its name.
        rows = super().get_queryset(request).select_related("created_by", "package")
        long_texts = ("body", "body_html", "body_text", "headings")
        return rows.defer("listing", *(f"package__{name}" for name in long_texts))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReleasedFilter(admin.SimpleListFilter):
    """Packages that visitors cannot see because they have no file."""

    title = _("file")
    parameter_name = "released"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("has a file")), ("no", _("has no file"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in {"yes", "no"}:
            return queryset.filter(latest_release__isnull=self.value() == "no")
        return queryset


@admin.register(Package)
class PackageAdmin(ContentAdmin):
    """A package; each good ZIP makes a release."""

    form = PackageForm
    preview_template = "downloads/package_detail.html"
    inlines = [PackagePictureInline, ReleaseInline]
    list_display = [*ContentAdmin.list_display[:-1], "downloads", "preview_link"]
    list_filter = [*ContentAdmin.list_filter, ReleasedFilter]
    readonly_fields = [*ContentAdmin.readonly_fields, "downloads", "size", "sha256", "listing"]
    form_only_fields = ContentAdmin.form_only_fields | {"file", "version", "received"}
    fieldsets = [
        (None, {"fields": ["title", "kind", "column", "tags", "author"]}),
        (_("File"), {"fields": ["file", "version", "received", "size", "sha256", "listing"]}),
        (_("Text"), {"fields": ["body", "summary", "cover"], "classes": ["writing"]}),
        (_("Origin"), {"fields": ["licence", "environment", "source_url", "demo_url"]}),
        (
            _("Publication"),
            {"fields": ["status", "published_at", "slug", "moderation_state", "opened_at"]},
        ),
        (
            _("Facts"),
            {
                "fields": ["views", "downloads", "created_by", "created_at", "updated_at"],
                "classes": ["collapse"],
            },
        ),
    ]

    def get_preview_context(self, content: Any) -> dict[str, Any]:
        return {
            **super().get_preview_context(content),
            "releases": content.releases.defer("listing"),
            "pictures": content.pictures.order_by("packagepicture__position", "packagepicture__pk"),
            **kind_texts(content),
        }

    def why_not_publish(self, content: Any) -> str:
        if content.latest_release_id is None:
            return str(_("It has no file that visitors could download."))
        return ""

    # Facts: computed from the file, never typed

    @admin.display(description=_("file size"))
    def size(self, package: Package) -> str:
        release = package.latest_release
        if release is None:
            return "—"
        return f"{file_size(release.size)} ({release.size:,} B)"

    @admin.display(description="SHA-256")
    def sha256(self, package: Package) -> str:
        release = package.latest_release
        return format_html("<code>{}</code>", release.sha256) if release else "—"

    @admin.display(description=_("contents of the file"))
    def listing(self, package: Package) -> str:
        release = package.latest_release
        if release is None:
            return "—"
        shown = release.listing[:_SHOWN_ENTRIES]
        lines = format_html_join("\n", "{}  {}", ((path, f"{size:,}") for path, size in shown))
        more = len(release.listing) - len(shown)
        rest = format_html("\n{}", _("and %(count)d more") % {"count": more}) if more > 0 else ""
        return format_html(
            '<details><summary>{}</summary><pre class="listing">{}{}</pre></details>',
            _("%(count)d entries") % {"count": len(release.listing)},
            lines,
            rest,
        )

    # The upload

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except BaseException:
            # Whatever went wrong, no .part file is left behind.
            form = getattr(request, "package_form", None)
            if form is not None and form.received_package is not None:
                form.received_package.discard()
            raise

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form_class = super().get_form(request, obj, change=change, **kwargs)

        class RequestForm(form_class):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                request.package_form = self  # type: ignore[attr-defined]

        return RequestForm

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if request.method == "POST":
            # Here although the form itself is good: a screenshot was refused.
            context["adminform"].form.keep_waiting()
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # Again: the row was saved before the screenshots were.
        form.instance.save()
        # Last, so that nothing can fail once the file has its final name.
        if form.received_package is not None:
            services.store_package(
                package=form.instance,
                upload=form.received_package,
                version=form.cleaned_data["version"],
                created_by=request.user,
            )

    # Deleting

    def delete_model(self, request: HttpRequest, obj: Package) -> None:
        hashes = list(obj.releases.values_list("sha256", flat=True))
        super().delete_model(request, obj)
        for sha256 in hashes:
            transaction.on_commit(lambda sha256=sha256: storage.remove_if_unused(sha256))

    def purge(self, content: Package) -> None:
        services.purge_package(content)
