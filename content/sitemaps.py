"""The sitemap: visible content of every kind that is canonical here, and the columns."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap

from . import kinds
from .models import Column, Content


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


def sitemaps() -> dict[str, SiteSitemap]:
    """All sitemaps by their section; read once the kinds are registered."""
    of_kinds = {kind.name: KindSitemap(kind.name) for kind in kinds.every() if kind.in_sitemap}
    return {"columns": ColumnSitemap(), **of_kinds}
