"""The newest content for feed readers, of the site or of one column, with its full text."""

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from . import kinds, site_settings, stamps
from .absolute import absolute_links, static_address
from .addresses import AddressedMixin, Moved, find
from .feed_formats import LANGUAGE, AtomFeed, JsonFeed, RssFeed
from .keeping import kept
from .listing import Listing
from .models import Column, Content
from .plain import xml_text

LENGTH = 20


@dataclass(frozen=True)
class Form:
    """One of the three forms of a feed: its file name and what writes it."""

    file_name: str
    writer: Any


FORMS = {
    "feed": Form("feed.xml", RssFeed),
    "atom": Form("atom.xml", AtomFeed),
    "json_feed": Form("feed.json", JsonFeed),
}


def feed_address(form: str, column: Column | None = None) -> str:
    """The path of a feed of the site, or of a column or group."""
    if column is None:
        return reverse(f"content:{form}")
    return reverse(f"content:column_{form}", args=[column.slug])


class FeedView(AddressedMixin, View):
    """A feed in one form. Kept as a whole until something that it shows changes."""

    form = "feed"
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, slug: str = "") -> HttpResponse:
        present = stamps.of_request(request)
        packed = kept(
            f"feed {self.form} {slug} {settings.SITE_URL}",
            (stamps.CONTENT, stamps.COLUMNS, stamps.SITE),
            # Packed: there are three for each of a hundred columns, and memory is for pages.
            lambda: zlib.compress(self.make(present, slug), 6),
            present=present,
        )
        # No Last-Modified: a removal makes the newest time older, and a reader who asked by
        # time would be told that nothing changed. ETags are added in urls.py.
        return HttpResponse(
            zlib.decompress(packed), content_type=FORMS[self.form].writer.content_type
        )

    def make(self, present: Mapping[str, str], slug: str) -> bytes:
        """The feed as it is sent."""
        column = self.find_column(slug) if slug else None
        feed = FORMS[self.form].writer(**_head(self.form, column, present))
        for content in _newest(column):
            feed.add_item(**_item(content))
        written = io.BytesIO()
        feed.write(written, "utf-8")
        return written.getvalue()

    def find_column(self, slug: str) -> Column:
        try:
            return find(Column.objects.select_related("parent"), slug)
        except Moved as moved:
            raise Moved(moved.url + FORMS[self.form].file_name) from None


def _newest(column: Column | None) -> list[Content]:
    """The newest content with its texts, which lists are made without."""
    listed = [kind for kind in kinds.every() if kind.in_feed]
    narrow = (lambda rows: rows.in_column(column)) if column else None
    newest = Listing(narrow, only=listed)[:LENGTH]
    texts = {
        (model, pk): html
        for model in {type(content) for content in newest}
        for pk, html in model._default_manager.filter(
            pk__in=[content.pk for content in newest if type(content) is model]
        ).values_list("pk", "body_html")
    }
    for content in newest:
        content.body_html = texts.get((type(content), content.pk), "")
    return newest


# Addresses begin with SITE_URL, whatever host asked: feeds are kept and passed on.


def _head(form: str, column: Column | None, present: Mapping[str, str]) -> dict[str, Any]:
    """What a feed says of itself."""
    site = site_settings.present(present.get(stamps.SITE, ""))
    name = site.shown_name
    if column is None:
        title, path = name, reverse("content:home")
        about = _("The newest articles and downloads of %(site)s.") % {"site": name}
    else:
        title, path = f"{column.name} · {name}", column.get_absolute_url()
        about = column.description or _(
            "The newest articles and downloads of %(site)s in %(column)s."
        ) % {"site": name, "column": column.name}
    return {
        "title": xml_text(title),
        "link": settings.SITE_URL + path,
        "description": xml_text(about),
        "subtitle": xml_text(about),
        "language": LANGUAGE,
        "feed_url": settings.SITE_URL + feed_address(form, column),
        "author_name": xml_text(name),
        "author_link": settings.SITE_URL + reverse("content:home"),
        "icon": static_address("img/icon-512.png"),
        "favicon": static_address("img/icon-192.png"),
        "rss_icon": static_address("img/icon-144.png"),  # the largest that RSS allows
    }


def _item(content: Any) -> dict[str, Any]:
    """What a feed says of one article or package."""
    address = settings.SITE_URL + content.get_absolute_url()
    # A reprint is by whoever wrote the original; its address is known to JSON Feed.
    original_author = getattr(content, "original_author", "")
    author = content.author
    cover = content.cover
    return {
        "title": xml_text(content.title),
        "link": address,
        "description": xml_text(content.lead),
        "full_text": xml_text(absolute_links(content.body_html, address)),
        # Not the address: that may change, and readers would show the article twice.
        "unique_id": f"{settings.SITE_URL}/#{content.kind}-{content.pk}",
        "unique_id_is_permalink": False,
        "author_name": xml_text(original_author or (author.name if author else "")) or None,
        "author_link": settings.SITE_URL + author.get_absolute_url()
        if author and not original_author
        else None,
        "original_url": content.source_url if original_author else "",
        "image": settings.SITE_URL + cover.get_absolute_url() if cover else "",
        "pubdate": content.published_at,
        # What was scheduled was written before it was published.
        "updateddate": max(content.updated_at, content.published_at),
        "categories": _categories(content),
    }


def _categories(content: Content) -> list[str]:
    """The names of column and tags, each once: a column and a tag may both be called Flink."""
    names: dict[str, str] = {}
    for named in (content.column, *content.tags.all()):
        names.setdefault(named.name.casefold(), xml_text(named.name))
    return list(names.values())
