"""Home, columns, tags, authors, months; pictures; the pages for what went wrong."""

from datetime import date
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.paginator import InvalidPage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from . import menu, pictures, sidebar, stamps, uses
from .addresses import AddressedMixin, find
from .keeping import kept
from .listing import Listing, ListingPaginator
from .models import Author, Column, Tag
from .months import month_counts
from .tag_counts import most_used, sizes, tag_counts

PER_PAGE = 20
CLOUD = 300  # tags, on the page of all tags


class ListingView(AddressedMixin, TemplateView):
    """A page of a list of content. Subclasses say of what, in `get_listing()`."""

    exists_when_empty = True

    def get_listing(self) -> Listing:
        raise NotImplementedError

    def choices(self) -> dict[str, str]:
        """What the visitor chose beside the page: parameters of the address that are known."""
        return {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        paginator = ListingPaginator(self.get_listing(), PER_PAGE)
        chosen = {name: value for name, value in self.choices().items() if value}

        def length() -> int:
            if not paginator.count and not self.exists_when_empty:
                # A name that only drafts carry is nobody's business yet.
                raise Http404
            return paginator.count

        paginator.count = kept(
            f"length of {self.request.path} {chosen}",
            [stamps.CONTENT],
            length,
            present=stamps.of_request(self.request),
        )
        try:
            page = paginator.page(self.request.GET.get("page", 1))
        except InvalidPage as error:
            raise Http404(str(error)) from error
        context.update(page=page, contents=page.object_list)
        if page.number > 1:
            chosen["page"] = str(page.number)
        # Whatever else stands in the address is in the links to the other pages too, so such
        # a page is kept for nobody; nor are thousands of months that brought nothing.
        asked = dict(self.request.GET.lists())
        if paginator.count and asked == {name: [value] for name, value in chosen.items()}:
            context["kept_as"] = f"{self.request.path} {chosen}"
        return context


class HomeView(ListingView):
    """Everything, newest first."""

    template_name = "content/home.html"

    def get_listing(self) -> Listing:
        return Listing()


class ColumnView(ListingView):
    """A column, or a group with all its columns."""

    def get_template_names(self) -> list[str]:
        return ["content/group.html" if self.column.is_group else "content/column.html"]

    def get_listing(self) -> Listing:
        return Listing(lambda rows: rows.in_column(self.column))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.column = find(Column.objects.select_related("parent"), self.kwargs["slug"])
        return super().get_context_data(column=self.column, **kwargs)


class TagView(ListingView):
    """What carries a tag."""

    exists_when_empty = False

    template_name = "content/tag.html"

    def get_listing(self) -> Listing:
        return Listing(lambda rows: rows.filter(tags=self.tag))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.tag = find(Tag.objects.all(), self.kwargs["slug"])
        return super().get_context_data(tag=self.tag, **kwargs)


class AuthorView(ListingView):
    """What was published under a pen name."""

    exists_when_empty = False

    template_name = "content/author.html"

    def get_listing(self) -> Listing:
        return Listing(lambda rows: rows.filter(author=self.author))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.author = find(Author.objects.all(), self.kwargs["slug"])
        return super().get_context_data(author=self.author, **kwargs)


class ArchiveView(ListingView):
    """What was published in a month."""

    template_name = "content/archive.html"

    def get_listing(self) -> Listing:
        return Listing(lambda rows: rows.in_month(self.month.year, self.month.month))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        try:
            self.month = date(kwargs.pop("year"), kwargs.pop("month"), 1)
        except (ValueError, OverflowError) as error:
            raise Http404 from error
        if not date(1990, 1, 1) <= self.month <= date(9998, 1, 1):
            raise Http404
        return super().get_context_data(month=self.month, **kwargs)


class ArchiveIndexView(TemplateView):
    """All months in which something was published, by year."""

    template_name = "content/archive_index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        months = month_counts(stamps.of_request(self.request))
        by_year = groupby(months, key=lambda month: month.first.year)
        years = [(year, list(months)) for year, months in by_year]
        return super().get_context_data(years=years, **kwargs)


class TagIndexView(TemplateView):
    """All tags that a visitor finds something under: the most used as a cloud, all by name."""

    template_name = "content/tag_index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = tag_counts(stamps.of_request(self.request))
        by_initial = groupby(counts, key=lambda tag: tag.initial)
        return super().get_context_data(
            cloud=sidebar.coloured(sizes(most_used(counts, CLOUD))),
            initials=[(initial, list(tags)) for initial, tags in by_initial],
            **kwargs,
        )


class ColumnIndexView(TemplateView):
    """All columns with what they hold, for phones and for whoever looks around."""

    template_name = "content/column_index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(groups=menu.groups(), **kwargs)


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A stored picture or a smaller file of it; 404 once all that shows it was taken down."""
    try:
        path = pictures.picture_path(name)
    except ValueError as error:
        raise Http404 from error
    if not uses.is_public(name):
        raise Http404
    etag = quote_etag(name)
    if (unchanged := get_conditional_response(request, etag)) is not None:
        return unchanged
    try:
        response = FileResponse(path.open("rb"))
    except FileNotFoundError as error:
        raise Http404 from error
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # Minutes, not for ever: a picture that was taken down has to leave the caches too.
    patch_cache_control(response, public=True, max_age=300)
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read."""
    lines = [
        "User-agent: *",
        *(
            f"Disallow: {path}"
            for path in (reverse("search:page"), "/report/", "/case/", reverse("admin:index"))
        ),
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('content:sitemap')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Each check of `settings.HEALTH_CHECKS` with its finding; 503 when one that counts fails."""
    results = {path.rsplit(".", 1)[-1]: import_string(path)() for path in settings.HEALTH_CHECKS}
    healthy = all(result["ok"] or not result.get("critical", True) for result in results.values())
    response = JsonResponse(
        {"status": "ok" if healthy else "unhealthy", "checks": results},
        status=200 if healthy else 503,
    )
    patch_cache_control(response, no_store=True)
    return response


def _error(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request made no sense."""
    too_large = isinstance(exception, RequestDataTooBig)
    return render(request, "400.html", {"too_large": too_large}, status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: not for this visitor."""
    return _error(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing lives at this address."""
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: without the context processors, whose database may be what failed."""
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long; its text is still in the browser's form."""
    return render(request, "403_csrf.html", status=403)
