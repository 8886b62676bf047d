"""The admin that articles and packages share: lists, the form, deleting and purging."""

import re
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from reversion.models import Version

from content import accounts
from content.models import Author, Content, Moderation
from content.widgets import PictureSelect

from .bulk import BulkActions
from .previews import PreviewAdmin
from .revisions import ContentVersionAdmin, keep_version

# The script of the form names the copy that it keeps in the browser; see drafts.js.
DRAFT_FIELD = "_draft"
SAVED_COOKIE = "editor_saved"
_DRAFT_KEY = re.compile(r"\A[\w.:-]{1,80}\Z", re.ASCII)


class VisibleFilter(admin.SimpleListFilter):
    """What editors look for, in the words of the rule: drafts, scheduled, visible, taken down."""

    title = _("what visitors see")
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("visible", _("visible")),
            ("draft", _("draft")),
            ("scheduled", _("scheduled")),
            ("taken_down", _("taken down")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "visible":
                return queryset.visible()
            case "draft":
                return queryset.filter(status=Content.Status.DRAFT)
            case "scheduled":
                due = queryset.model.objects.indexable()
                later = due.exclude(pk__in=due.visible().values("pk"))
                return queryset.filter(pk__in=later.values("pk"))
            case "taken_down":
                return queryset.exclude(moderation=Moderation.CLEAR)
        return queryset


class ContentAdmin(BulkActions, PreviewAdmin, ContentVersionAdmin):
    """Lists of content, its form, its versions, previews and bulk actions."""

    list_display = [
        "title",
        "kind",
        "column",
        "state",
        "visible",
        "published_at",
        "views",
        "preview_link",
    ]
    list_select_related = ["column", "author"]
    list_filter = [
        VisibleFilter,
        "kind",
        "column__parent",
        ("author", admin.RelatedOnlyFieldListFilter),
        "published_at",
    ]
    search_fields = ["title", "slug", "summary", "author__name", "column__name"]
    search_help_text = _("Searches titles, addresses, summaries, pen names and columns.")
    date_hierarchy = "published_at"
    list_per_page = 50
    autocomplete_fields = ["column", "author"]
    readonly_fields = ["moderation_state", "views", "created_by", "created_at", "updated_at"]
    change_form_template = "admin/content/writing_form.html"
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    # Fields of the form alone, which nobody sees who may only look.
    form_only_fields: frozenset[str] = frozenset({"opened_at"})

    class Media:
        css = {"all": ["admin/blog/editor.css"]}
        js = ["admin/blog/drafts.js"]

    # Lists

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Content]:
        rows = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name.endswith("_changelist"):
            return rows.defer("body", "body_html", "body_text", "headings")
        return rows

    @admin.display(description=_("status"), ordering="status")
    def state(self, content: Content) -> str:
        if content.is_taken_down:
            return format_html('<b class="state-down">{}</b>', content.get_moderation_display())
        if content.is_scheduled:
            return str(_("scheduled"))
        return content.get_status_display()

    @admin.display(boolean=True, description=_("visible"))
    def visible(self, content: Content) -> bool:
        return content.is_visible

    @admin.display(description=_("page"))
    def preview_link(self, content: Content) -> str:
        if content.is_visible:
            return format_html('<a href="{}">{}</a>', content.get_absolute_url(), _("View"))
        url = reverse(f"admin:{self._url_name('preview')}", args=[content.pk])
        return format_html('<a href="{}" target="_blank">{}</a>', url, _("Preview"))

    @admin.display(description=_("moderation"))
    def moderation_state(self, content: Content) -> str:
        if content.is_taken_down:
            return format_html('<b class="state-down">{}</b>', content.get_moderation_display())
        return content.get_moderation_display()

    # The form

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Content | None:
        if request.method == "POST" and connection.in_atomic_block and object_id.isdecimal():
            # Two who save at once take turns, so that the second hears of the first.
            list(self.model._base_manager.select_for_update().filter(pk=object_id).values("pk"))
        return super().get_object(request, object_id, from_field)

    def get_form(
        self, request: HttpRequest, obj: Content | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        form.endpoints = self.endpoints()
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Content | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        may_write = (
            self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        )
        hidden = set() if may_write else set(self.form_only_fields)
        if obj is None:
            hidden |= set(self.readonly_fields)
        return [
            (title, {**options, "fields": fields})
            for title, options in fieldsets
            if (fields := [name for name in options["fields"] if name not in hidden])
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "cover":
            kwargs["widget"] = PictureSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        author = Author.objects.filter(user=request.user).order_by("pk").first()
        return {"author": author and author.pk, **initial}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        content: Content | None = context.get("original")
        context.update(
            draft_prefix=f"{self.opts.label_lower}:{content.pk if content else 'new'}",
            preview_url=reverse(f"admin:{self._url_name('preview')}", args=[content.pk])
            if content
            else reverse(f"admin:{self._url_name('preview_new')}"),
            can_purge=content is not None and request.user.is_superuser,
            can_decide=content is not None and request.user.has_perm("reports.decide_case"),
        )
        return super().render_change_form(request, context, *args, **kwargs)

    # Saving

    def save_model(self, request: HttpRequest, obj: Content, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user
            if obj.author is None and not Author.objects.filter(user=request.user).exists():
                obj.author = accounts.make_pen_name(request.user)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        keep_version(form.instance)

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        return _tell_saved(request, super().response_add(request, obj, *args, **kwargs))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return _tell_saved(request, super().response_change(request, obj))

    # Deleting

    def has_delete_permission(self, request: HttpRequest, obj: Content | None = None) -> bool:
        if obj is not None and obj.was_public:
            return False
        return super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        purge = path(
            "<int:object_id>/purge/",
            self.admin_site.admin_view(self.purge_view),
            name=self._url_name("purge"),
        )
        return [purge, *super().get_urls()]

    def purge(self, content: Content) -> None:
        """Delete for good; an admin of content with files takes them along."""
        content.purge()

    def purge_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A superuser's last resort, asked for twice: nothing is left but addresses saying 410."""
        if not request.user.is_superuser:
            raise PermissionDenied
        content = self.get_object(request, str(object_id))
        if content is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(object_id))
        if request.method == "POST":
            with transaction.atomic():
                self.log_deletions(request, self.model._default_manager.filter(pk=content.pk))
                title = content.title
                Version.objects.get_for_object(content).delete()
                self.purge(content)
            self.message_user(
                request,
                _("“%(title)s” was purged; its addresses say that it is gone.") % {"title": title},
                messages.SUCCESS,
            )
            return HttpResponseRedirect(reverse(f"admin:{self._url_name('changelist')}"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": content,
            "title": _("Purge for good"),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/content/purge_confirmation.html", context)


def _tell_saved(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Name the browser's copy that is no longer needed; drafts.js forgets it."""
    key = request.POST.get(DRAFT_FIELD, "")
    if _DRAFT_KEY.match(key):
        response.set_cookie(
            SAVED_COOKIE,
            key,
            max_age=24 * 60 * 60,
            path=reverse("admin:index"),
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response
