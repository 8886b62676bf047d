"""A draft as its page will look: saved, or as it stands in the form that is still open."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from content import admin_views
from content.models import Content


class _Shown(Exception):
    """Ends the transaction in which an unsaved form was saved only to be shown."""


class PreviewAdmin(admin.ModelAdmin):
    """Adds the addresses of previews to an admin of content."""

    preview_template = ""

    def get_preview_context(self, content: Content) -> dict[str, Any]:
        """What the page of `content` shows beside it; its name there is the model's."""
        return {self.opts.model_name: content}

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def get_urls(self) -> list[URLPattern]:
        def guarded(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        return [
            path("markdown/", guarded(self._markdown), name=self._url_name("markdown")),
            path("frame/", guarded(admin_views.preview_frame), name=self._url_name("frame")),
            path("preview/", guarded(self.preview_new), name=self._url_name("preview_new")),
            path(
                "<int:object_id>/preview/",
                guarded(self.preview_saved),
                name=self._url_name("preview"),
            ),
            *super().get_urls(),
        ]

    def endpoints(self) -> dict[str, str]:
        """Addresses that the editor in the form asks."""
        return {
            "preview_url": reverse(f"admin:{self._url_name('markdown')}"),
            "frame_url": reverse(f"admin:{self._url_name('frame')}"),
            "picture_url": reverse("admin:content_picture_store"),
        }

    def _markdown(self, request: HttpRequest) -> HttpResponse:
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        return admin_views.markdown(request)

    def preview_saved(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """GET: what is saved. POST: what stands in the form of that row, not saved."""
        if request.method == "POST":
            return self.preview_form(request, object_id)
        content = self.get_object(request, str(object_id))
        if content is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(object_id))
        if not self.has_view_or_change_permission(request, content):
            raise PermissionDenied
        return admin_views.unlisted(HttpResponse(self._page(request, content)))

    def preview_new(self, request: HttpRequest) -> HttpResponse:
        """POST: what stands in the form of a row that was never saved."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return self.preview_form(request, None)

    def preview_form(self, request: HttpRequest, object_id: int | None) -> HttpResponse:
        """Save the form in a transaction, show the page, and roll everything back.

        So the page sees tags, pictures and an address as it will after saving; nothing
        that listens to commits hears of it.
        """
        content = self.get_object(request, str(object_id)) if object_id else None
        allowed = (
            self.has_change_permission(request, content)
            if content
            else self.has_add_permission(request)
        )
        if not allowed or (object_id and content is None):
            raise PermissionDenied
        form_class = self.get_form(request, content, change=content is not None)
        form_class.for_preview = True
        form = form_class(request.POST, instance=content)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "form": form,
                "title": form.instance.title,
            }
            return admin_views.unlisted(
                TemplateResponse(request, "admin/content/preview_refused.html", context, status=422)
            )
        html = ""
        try:
            with transaction.atomic():
                shown = form.save()
                html = self._page(request, shown)
                raise _Shown
        except _Shown:
            pass
        return admin_views.unlisted(HttpResponse(html))

    def _page(self, request: HttpRequest, content: Content) -> str:
        content.published_at = content.published_at or timezone.now()
        context = {"preview": True, **self.get_preview_context(content)}
        return render_to_string(self.preview_template, context, request)
