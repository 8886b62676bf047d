"""From an address to what lives there now: the page, a redirect, 410 or 404."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_cache_control

from . import stamps
from .keeping import kept
from .models import Addressed, Content, OldAddress


class Moved(Exception):
    """The page has another address now."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class Gone(Exception):
    """The page was taken down or purged."""


def find(queryset: Any, slug: str) -> Any:
    """The row of `queryset` that lives at `slug`.

    Raises `Moved` when it lives elsewhere now, `Gone` when it was purged, `Http404` when
    there never was such an address.
    """
    model: type[Addressed] = queryset.model
    found = queryset.filter(slug=slug).first()
    if found is not None:
        return found
    old = OldAddress.objects.filter(area=model.address_area, slug=slug).first()
    if old is None:
        raise Http404
    if old.object_id is None:
        raise Gone
    target = queryset.filter(pk=old.object_id).first()
    if target is None:
        raise Http404
    if isinstance(target, Content):
        # The present address of a draft is nobody's business, and a 301 is kept for good.
        shown(target)
    raise Moved(target.get_absolute_url())


def find_shown(queryset: Any, slug: str, present: Mapping[str, str]) -> Any:
    """The content at `slug` if a visitor may see it, its counts as they are now; raises likewise.

    The rest of the row is kept under the stamp of content. `present` are the stamps of the
    page; what the page rarely needs, `queryset` defers.
    """
    model: type[Content] = queryset.model
    name = f"{model._meta.label} at {slug}"
    content = kept(name, [stamps.CONTENT], lambda: shown(find(queryset, slug)), present=present)
    counts = sorted(model.COUNTS)
    for values in model._base_manager.filter(pk=content.pk).values_list(*counts):
        for count, value in zip(counts, values, strict=True):
            setattr(content, count, value)
    return content


class AddressedMixin:
    """A class-based view whose `get()` may raise `Moved` or `Gone`.

    Reads the stamps of the page before anything else.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Before any row: what is kept of the page is kept under these.
        stamps.of_request(request)
        try:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except Moved as moved:
            query = request.META.get("QUERY_STRING", "")
            response = HttpResponsePermanentRedirect(moved.url + (f"?{query}" if query else ""))
            # Likewise: the old address may be given to something else one day.
            patch_cache_control(response, max_age=3600)
            return response
        except Gone:
            return gone(request)


def gone(request: HttpRequest) -> HttpResponse:
    """The page that says that something was taken down, with status 410."""
    response = render(request, "410.html", status=410)
    # Browsers keep a 410 for good unless told otherwise; what was taken down may come back.
    add_never_cache_headers(response)
    return response


def shown(content: Any) -> Any:
    """`content` if a visitor may see its page; raises `Gone` when taken down, else 404."""
    if content.is_visible:
        return content
    # Only what visitors could have seen is "gone"; a draft was never there.
    if content.is_taken_down and content.status == content.Status.PUBLISHED and content.was_public:
        raise Gone
    raise Http404
