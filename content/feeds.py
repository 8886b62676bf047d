"""The newest content for feed readers, as RSS and Atom, with its full text."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import gettext as _

from . import kinds
from .absolute import absolute_links
from .listing import Listing
from .models import Content
from .plain import xml_text

LENGTH = 20


class FullTextRss(Rss201rev2Feed):
    """RSS 2.0 with the whole text in `content:encoded`."""

    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
        }

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["full_text"])


class LatestFeed(Feed):
    """What is new, of every kind that belongs into feeds."""

    feed_type = FullTextRss
    feed_path = "content:feed"

    # Addresses begin with SITE_URL, whatever host asked: feeds are kept and passed on.
    def link(self) -> str:
        return settings.SITE_URL + reverse("content:home")

    def feed_url(self) -> str:
        return settings.SITE_URL + reverse(self.feed_path)

    def item_link(self, item: Content) -> str:
        return settings.SITE_URL + item.get_absolute_url()

    def title(self) -> str:
        return settings.SITE_NAME

    def description(self) -> str:
        return _("The newest articles and downloads of %(site)s.") % {"site": settings.SITE_NAME}

    def items(self) -> list[Content]:
        newest = Listing(only=[kind for kind in kinds.every() if kind.in_feed])[:LENGTH]
        texts = {
            (model, pk): html
            for model in {type(content) for content in newest}
            for pk, html in model._default_manager.filter(
                pk__in=[content.pk for content in newest if type(content) is model]
            ).values_list("pk", "body_html")
        }
        for content in newest:
            content.body_html = texts[type(content), content.pk]
        return newest

    def item_title(self, item: Content) -> str:
        return xml_text(item.title)

    def item_description(self, item: Content) -> str:
        return xml_text(item.lead)

    def item_extra_kwargs(self, item: Content) -> dict[str, Any]:
        return {"full_text": xml_text(absolute_links(item.body_html, settings.SITE_URL))}

    def item_guid(self, item: Content) -> str:
        # Not the address: that may change, and readers would show the article twice.
        return f"{settings.SITE_URL}/#{item.kind}-{item.pk}"

    item_guid_is_permalink = False

    def item_author_name(self, item: Content) -> str | None:
        return xml_text(item.author.name) if item.author else None

    def item_pubdate(self, item: Content) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Content) -> datetime:
        return item.updated_at

    def item_categories(self, item: Content) -> list[str]:
        return [xml_text(named.name) for named in (item.column, *item.tags.all())]


class FullTextAtom(Atom1Feed):
    """Atom 1.0 with the whole text in `content`."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["full_text"], {"type": "html"})


class LatestAtomFeed(LatestFeed):
    """The same as Atom."""

    feed_type = FullTextAtom
    feed_path = "content:atom"
    subtitle = LatestFeed.description
