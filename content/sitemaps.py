"""The sitemaps: visible content that is canonical here, and the pages that lead to it.

Months are left out: they list what the columns list, and search engines read those.

`/sitemap.xml` is an index, because one sitemap may hold 50,000 addresses at most; its
addresses begin with SITE_URL, whatever host asked.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from . import kinds
from .models import Author, Column, Content
from .tag_counts import TagCount, tag_counts

# Pages that stand alone, of every part.
PAGES = (
    "content:home",
    "content:about",
    "content:columns",
    "content:tag_index",
    "content:archive_index",
    "articles:list",
    "downloads:list",
    "sources:list",
    "glossary",
)


class SiteSitemap(Sitemap):
    """Addresses below SITE_URL, whatever host asked."""

    limit = 5000

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme


class KindSitemap(SiteSitemap):
    """The visible content of one kind."""

    def __init__(self, name: str) -> None:
        self.name = name

    def items(self) -> Any:
        rows = kinds.get(self.name).objects().visible().order_by("-published_at", "-pk")
        return rows.only("slug", "updated_at", "published_at", "kind")

    def lastmod(self, item: Content) -> datetime:
        return item.updated_at


class ColumnSitemap(SiteSitemap):
    """The columns."""

    def items(self) -> Any:
        return Column.objects.order_by("pk")


class TagSitemap(SiteSitemap):
    """The tags of something visible; the page of another is not there."""

    def items(self) -> list[TagCount]:
        return tag_counts()

    def location(self, item: TagCount) -> str:
        return item.url


class AuthorSitemap(SiteSitemap):
    """The pen names of something visible, likewise."""

    def items(self) -> Any:
        wrote = Q(pk__in=[])
        for model in kinds.models():
            rows = model._default_manager.visible().exclude(author=None)
            wrote |= Q(pk__in=rows.order_by().values("author"))
        return Author.objects.filter(wrote).order_by("pk")


class PageSitemap(SiteSitemap):
    """What stands alone."""

    def items(self) -> list[str]:
        return list(PAGES)

    def location(self, item: str) -> str:
        return reverse(item)


def sitemaps() -> dict[str, SiteSitemap]:
    """All sitemaps by their section; read once the kinds are registered."""
    of_kinds = {kind.name: KindSitemap(kind.name) for kind in kinds.every() if kind.in_sitemap}
    return {
        "pages": PageSitemap(),
        "columns": ColumnSitemap(),
        **of_kinds,
        "tags": TagSitemap(),
        "authors": AuthorSitemap(),
    }


def index(request: HttpRequest) -> HttpResponse:
    """The index of all sitemaps, one line for each page of each section."""
    pages = []
    for section, section_map in sitemaps().items():
        path = reverse("content:sitemap_section", args=[section])
        for number in section_map.paginator.page_range:
            query = f"?p={number}" if number > 1 else ""
            pages.append({"location": f"{settings.SITE_URL}{path}{query}"})
    context = {"sitemaps": pages}
    return TemplateResponse(
        request, "sitemap_index.xml", context, content_type="application/xml; charset=utf-8"
    )
