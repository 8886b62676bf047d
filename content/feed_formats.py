"""RSS 2.0, Atom 1.0 and JSON Feed 1.1, each with the whole text of what it lists."""

import json
from datetime import UTC, datetime
from typing import Any

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import escape

LANGUAGE = "zh-Hans"
# The time of a feed that holds nothing: any, as long as it stays the same.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class _Steady(SyndicationFeed):
    """A feed whose time is that of its content, so that an unchanged one is the same."""

    def latest_post_date(self) -> datetime:
        dates = [item[name] for item in self.items for name in ("pubdate", "updateddate")]
        return max((date for date in dates if date), default=NEVER)


class RssFeed(_Steady, Rss201rev2Feed):
    """RSS 2.0 with the whole text in `content:encoded`."""

    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
        }

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.startElement("image", {})
        # Title and link are those of the channel, as the specification wants it.
        for name in ("url", "title", "link"):
            value = self.feed["rss_icon"] if name == "url" else self.feed[name]
            handler.addQuickElement(name, value)
        handler.endElement("image")

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        # In RSS a description is HTML.
        super().add_item_elements(handler, {**item, "description": escape(item["description"])})
        handler.addQuickElement("content:encoded", item["full_text"])


class AtomFeed(_Steady, Atom1Feed):
    """Atom 1.0 with the whole text in `content`."""

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("icon", self.feed["icon"])

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        # Django declares its summaries to be HTML.
        super().add_item_elements(handler, {**item, "description": escape(item["description"])})
        handler.addQuickElement("content", item["full_text"], {"type": "html"})


class JsonFeed(_Steady):
    """JSON Feed 1.1; see https://www.jsonfeed.org/version/1.1/."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "icon": self.feed["icon"],
            "favicon": self.feed["favicon"],
            "authors": [_person(self.feed["author_name"], self.feed["author_link"])],
            "language": self.feed["language"],
            "items": [_json_item(item) for item in self.items],
        }
        outfile.write(json.dumps(feed, ensure_ascii=False).encode(encoding))


def _json_item(item: dict[str, Any]) -> dict[str, Any]:
    entry = {
        "id": item["unique_id"],
        "url": item["link"],
        "external_url": item["original_url"],
        "title": item["title"],
        "content_html": item["full_text"],
        "summary": item["description"],
        "image": item["image"],
        "date_published": item["pubdate"].isoformat(),
        "date_modified": item["updateddate"].isoformat(),
        "authors": [_person(item["author_name"], item["author_link"])]
        if item["author_name"]
        else None,
        "tags": list(item["categories"]),
    }
    # What is not known is left out; an empty text stays, since one of the two has to be there.
    return {name: value for name, value in entry.items() if value or name == "content_html"}


def _person(name: str, url: str | None) -> dict[str, str]:
    return {"name": name, "url": url} if url else {"name": name}
