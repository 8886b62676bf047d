"""What pages say to programs: Open Graph, and JSON-LD held against what schema.org defines."""

import json
import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from django.core.cache import caches
from django.db import connection
from django.template import Context, Template
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from content.metadata import Metadata, ShareImage, script_text
from content.models import Picture, SiteSettings
from content.templatetags import metadata_tags
from tests.factories import make_article, make_author, make_column, make_package

SITE = "http://127.0.0.1:8000"

# Written from schema.org (version 29), for exactly what the site uses: what each type is a kind
# of, and which types its own properties expect. Data types are Text, URL, Integer, Boolean,
# DateTime and Duration; a URL may stand for any thing by its identity.
TYPES: dict[str, tuple[tuple[str, ...], dict[str, set[str]]]] = {
    "Thing": (
        (),
        {
            "name": {"Text"},
            "url": {"URL"},
            "description": {"Text", "TextObject"},
            "image": {"ImageObject", "URL"},
            "sameAs": {"URL"},
            "mainEntityOfPage": {"CreativeWork", "URL"},
            "potentialAction": {"Action"},
        },
    ),
    "CreativeWork": (
        ("Thing",),
        {
            "headline": {"Text"},
            "author": {"Organization", "Person"},
            "publisher": {"Organization", "Person"},
            "datePublished": {"Date", "DateTime"},
            "dateModified": {"Date", "DateTime"},
            "inLanguage": {"Language", "Text"},
            "isAccessibleForFree": {"Boolean"},
            "isBasedOn": {"CreativeWork", "Product", "URL"},
            "isPartOf": {"CreativeWork", "URL"},
            "keywords": {"DefinedTerm", "Text", "URL"},
            "license": {"CreativeWork", "URL"},
            "mainEntity": {"Thing"},
            "timeRequired": {"Duration"},
        },
    ),
    "Article": (("CreativeWork",), {"articleSection": {"Text"}}),
    "SocialMediaPosting": (("Article",), {}),
    "BlogPosting": (("SocialMediaPosting",), {}),
    "SoftwareApplication": (
        ("CreativeWork",),
        {
            "applicationCategory": {"Text", "URL"},
            "applicationSubCategory": {"Text", "URL"},
            "downloadUrl": {"URL"},
            "fileSize": {"Text"},
            "screenshot": {"ImageObject", "URL"},
            "softwareRequirements": {"Text", "URL"},
            "softwareVersion": {"Text"},
        },
    ),
    "MediaObject": (
        ("CreativeWork",),
        {"width": {"Distance", "Integer"}, "height": {"Distance", "Integer"}},
    ),
    "ImageObject": (("MediaObject",), {"caption": {"MediaObject", "Text"}}),
    "WebSite": (("CreativeWork",), {}),
    "WebPage": (("CreativeWork",), {}),
    "AboutPage": (("WebPage",), {}),
    "CollectionPage": (("WebPage",), {}),
    "ProfilePage": (("WebPage",), {}),
    "Organization": (("Thing",), {"logo": {"ImageObject", "URL"}}),
    "Person": (("Thing",), {}),
    "Intangible": (("Thing",), {}),
    "EntryPoint": (("Intangible",), {"urlTemplate": {"Text"}}),
    "ItemList": (("Intangible",), {"itemListElement": {"ListItem", "Text", "Thing"}}),
    "BreadcrumbList": (("ItemList",), {}),
    "ListItem": (("Intangible",), {"item": {"Thing"}, "position": {"Integer", "Text"}}),
    "Action": (("Thing",), {"target": {"EntryPoint", "URL"}}),
    # Of actions any property may have an -input, whose value is a short form of a specification.
    "SearchAction": (("Action",), {"query": {"Text"}, "query-input": {"Text"}}),
}
# What those who read it do not do without: type, property.
REQUIRED = {
    "BlogPosting": {"headline", "author", "datePublished", "dateModified", "image", "publisher"},
    "Article": {"headline", "author", "isBasedOn"},
    "SoftwareApplication": {"name", "downloadUrl", "softwareVersion", "fileSize"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position"},
    "Person": {"name"},
    "Organization": {"name", "url", "logo"},
    "ImageObject": {"url", "width", "height"},
    "ProfilePage": {"mainEntity"},
    "WebSite": {"name", "url"},
}


def kinds_of(type_: str) -> set[str]:
    return {type_}.union(*(kinds_of(parent) for parent in TYPES[type_][0]))


def properties_of(type_: str) -> dict[str, set[str]]:
    own = dict(TYPES[type_][1])
    for parent in TYPES[type_][0]:
        own |= properties_of(parent)
    return own


def types_of_value(value: Any) -> set[str]:
    if isinstance(value, dict):
        return kinds_of(value["@type"])
    if isinstance(value, bool):
        return {"Boolean"}
    if isinstance(value, int):
        return {"Integer"}
    found = {"Text"}
    if urlsplit(value).scheme in {"http", "https"} and urlsplit(value).netloc:
        found |= {"URL", "Thing"}
    if re.fullmatch(r"P(T\d+M)", value):
        found.add("Duration")
    try:
        if datetime.fromisoformat(value).tzinfo:
            found.add("DateTime")
    except ValueError:
        pass
    return found


def complaints(node: dict[str, Any]) -> list[str]:
    """What is not as schema.org defines it, in this node and all below."""
    type_ = node["@type"]
    if type_ not in TYPES:
        return [f"{type_} is no type of the table"]
    known = properties_of(type_)
    found = [f"{type_} lacks {name}" for name in REQUIRED.get(type_, set()) - set(node)]
    for name, value in node.items():
        if name == "@id":
            if "URL" not in types_of_value(value):
                found.append(f"{type_} has an @id that is no address: {value}")
            continue
        if name == "@type":
            continue
        if name not in known:
            found.append(f"{type_} has no property {name}")
            continue
        for one in value if isinstance(value, list) else [value]:
            if one in ("", None, []):
                found.append(f"{name} of {type_} is empty")
            elif not types_of_value(one) & known[name]:
                found.append(f"{name} of {type_} is not one of {known[name]}: {one!r}")
            elif isinstance(one, dict):
                found += complaints(one)
    if type_.endswith("List"):
        places = [item["position"] for item in node["itemListElement"]]
        if places != list(range(1, len(places) + 1)):
            found.append(f"positions of {type_} are {places}")
    return found


class Head(HTMLParser):
    """What stands in the head of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.properties: list[tuple[str, str]] = []
        self.names: dict[str, list[str]] = {}
        self.canonical: list[str] = []
        self.scripts: list[str] = []
        self._in_data = False
        self.feed(html.split("</head>", 1)[0])

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag == "meta" and "property" in has:
            self.properties.append((has["property"], has["content"]))
        elif tag == "meta" and "name" in has:
            self.names.setdefault(has["name"], []).append(has["content"])
        elif tag == "link" and has.get("rel") == "canonical":
            self.canonical.append(has["href"])
        elif tag == "script":
            self._in_data = has.get("type") == "application/ld+json"

    def handle_data(self, data):
        if self._in_data:
            self.scripts.append(data)

    def handle_endtag(self, tag):
        self._in_data = False

    @property
    def og(self) -> dict[str, str]:
        return dict(self.properties)

    @property
    def graph(self) -> list[dict[str, Any]]:
        (script,) = self.scripts
        said = json.loads(script)
        assert said["@context"] == "https://schema.org"
        return said["@graph"]

    def node(self, type_: str) -> dict[str, Any]:
        (node,) = [node for node in self.graph if node["@type"] == type_]
        return node


def make_picture(number: int = 1, description: str = "") -> Picture:
    return Picture.objects.create(
        name=f"{number:032x}.png",
        sha256=f"{number:064x}",
        format="PNG",
        width=1600,
        height=900,
        size=9,
        description=description,
    )


of_nothing = Metadata("", "", "", ShareImage("", 0, 0, ""), [])


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.column = make_column("Flink", description="流处理。")
        cls.author = make_author("檐下青石", bio="写流处理。\n也写数据库。")
        at = timezone.make_aware(datetime(2026, 5, 20, 12, 30))
        shared = {"column": cls.column, "author": cls.author, "published_at": at}
        cls.article = make_article(
            title="检查点 </script><script>alert(1)</script>",
            tags=["检查点", "c++"],
            summary="一句“话”。",
            cover=make_picture(1, "一张图"),
            **shared,
        )
        cls.reprint = make_article(
            kind="reprint", source_url="https://example.org/original", **shared
        )
        cls.package = make_package(
            title="一个插件", licence="MIT", environment="jQuery 3", tags=["表格"], **shared
        )

    def head(self, path: str) -> Head:
        return Head(self.client.get(path).content.decode())

    def pages(self) -> dict[str, str]:
        return {
            "/": "website",
            "/columns/": "website",
            "/downloads/": "website",
            "/downloads/?kind=plugin": "website",
            "/downloads/?kind=nothing": "website",
            "/articles/": "website",
            "/articles/?kind=reprint": "website",
            "/sources/": "website",
            "/sources/example.org/": "website",
            "/glossary/": "website",
            "/tags/": "website",
            "/archive/": "website",
            "/about/": "website",
            "/tags/biao-ge/": "website",
            "/archive/2026/5/": "website",
            self.column.get_absolute_url(): "website",
            self.column.parent.get_absolute_url(): "website",
            self.author.get_absolute_url(): "profile",
            self.article.get_absolute_url(): "article",
            self.reprint.get_absolute_url(): "article",
            self.package.get_absolute_url(): "website",
        }

    def test_each_kind_of_page_says_what_it_is_validly(self):
        for path, type_ in self.pages().items():
            with self.subTest(path):
                head = self.head(path)
                self.assertEqual([text for node in head.graph for text in complaints(node)], [])
                og = head.og
                self.assertEqual(og["og:type"], type_)
                self.assertTrue(og["og:title"].strip())
                self.assertEqual((og["og:site_name"], og["og:locale"]), ("码上拾光", "zh_CN"))
                self.assertEqual(head.names["twitter:card"], ["summary_large_image"])
                for name in ("og:url", "og:image"):
                    self.assertTrue(og[name].startswith(SITE + "/"), og[name])
                self.assertGreaterEqual(int(og["og:image:width"]), 1200)
                self.assertGreaterEqual(int(og["og:image:height"]), 600)
                self.assertTrue(og["og:image:alt"])
                self.assertEqual(len(head.names.get("description", [])) <= 1, True)
                single = [name for name, _text in head.properties if name != "article:tag"]
                self.assertEqual(len(set(single)), len(single))

    def test_the_address_that_is_shared_is_the_canonical_one(self):
        for path in self.pages():
            if path == self.reprint.get_absolute_url():
                continue
            with self.subTest(path):
                self.assertEqual([self.head(path).og["og:url"]], self.head(path).canonical)
        head = self.head("/?utm_source=x")
        self.assertEqual(head.og["og:url"], f"{SITE}/")

    def test_an_article_says_who_wrote_it_and_when(self):
        head = self.head(self.article.get_absolute_url())
        node = head.node("BlogPosting")
        self.assertEqual(node["headline"], self.article.title)
        self.assertEqual(node["datePublished"], "2026-05-20T12:30:00+08:00")
        self.assertEqual(node["author"]["url"], SITE + self.author.get_absolute_url())
        self.assertEqual(sorted(node["keywords"]), ["c++", "检查点"])
        self.assertEqual(node["image"]["url"], SITE + self.article.cover.get_absolute_url())
        og = head.og
        self.assertEqual(og["og:description"], "一句“话”。")
        self.assertEqual(og["article:published_time"], "2026-05-20T12:30:00+08:00")
        self.assertEqual(og["article:section"], "Flink")
        self.assertEqual(og["og:image:alt"], "一张图")
        tags = sorted(text for name, text in head.properties if name == "article:tag")
        self.assertEqual(tags, ["c++", "检查点"])
        way = [item["name"] for item in head.node("BreadcrumbList")["itemListElement"]]
        self.assertEqual(way[1:], ["大数据技术", "Flink", self.article.title])

    def test_a_reprint_claims_neither_authorship_nor_to_be_the_original(self):
        head = self.head(self.reprint.get_absolute_url())
        node = head.node("Article")
        self.assertEqual(node["isBasedOn"], "https://example.org/original")
        self.assertEqual(node["author"], {"@type": "Person", "name": "原作者"})
        self.assertFalse({"publisher", "datePublished", "mainEntityOfPage"} & set(node))
        self.assertEqual(head.canonical, ["https://example.org/original"])
        self.assertNotIn("article:author", head.og)

    def test_a_package_says_what_is_downloaded_and_on_which_terms(self):
        node = self.head(self.package.get_absolute_url()).node("SoftwareApplication")
        self.assertEqual(node["downloadUrl"], SITE + self.package.get_file_url())
        self.assertEqual((node["softwareVersion"], node["fileSize"]), ("1.0.0", "1.00 KB"))
        self.assertEqual(node["license"]["url"], "https://spdx.org/licenses/MIT.html")
        self.assertEqual(node["softwareRequirements"], "jQuery 3")

    def test_the_screenshots_of_a_package_are_named(self):
        pictures = [make_picture(number) for number in range(5, 8)]
        for position, picture in enumerate(pictures):
            self.package.picture_rows.create(picture=picture, position=position)
        head = self.head(self.package.get_absolute_url())
        node = head.node("SoftwareApplication")
        self.assertEqual(
            [shot["url"] for shot in node["screenshot"]],
            [SITE + picture.get_absolute_url() for picture in pictures],
        )
        self.assertEqual(head.og["og:image"], SITE + pictures[0].get_absolute_url())
        self.assertEqual(complaints(node), [])

    def test_an_author_has_a_profile(self):
        head = self.head(self.author.get_absolute_url())
        person = head.node("ProfilePage")["mainEntity"]
        self.assertEqual((person["@type"], person["name"]), ("Person", "檐下青石"))
        self.assertEqual(person["description"], "写流处理。 也写数据库。")

    def test_the_front_page_says_how_to_search_the_site(self):
        SiteSettings(name="夜航船", tagline="慢慢读。").save()
        head = self.head("/")
        action = head.node("WebSite")["potentialAction"]
        self.assertEqual(
            action["target"]["urlTemplate"], f"{SITE}/search/?q={{search_term_string}}"
        )
        self.assertEqual(head.node("WebSite")["name"], "夜航船")
        self.assertEqual(head.og["og:site_name"], "夜航船")
        self.assertEqual(head.names["description"], ["慢慢读。"])

    def test_a_list_names_what_it_lists_in_its_order(self):
        node = self.head(self.column.get_absolute_url()).node("CollectionPage")
        listed = [item["url"] for item in node["mainEntity"]["itemListElement"]]
        self.assertEqual(len(listed), 3)
        self.assertIn(SITE + self.article.get_absolute_url(), listed)
        self.assertEqual(node["description"], "流处理。")

    def test_pages_that_search_engines_are_kept_from_say_nothing(self):
        for path in ("/search/", f"/report/article/{self.article.pk}/", "/nothing/"):
            with self.subTest(path):
                head = self.head(path)
                self.assertEqual((head.properties, head.scripts), ([], []))
                self.assertIn("noindex", head.names["robots"][0])

    def test_an_unsaved_draft_has_no_metadata_and_breaks_nothing(self):
        article = make_article(status="draft", title="草稿", published_at=None)
        html = Template('{% extends "articles/article_detail.html" %}').render(
            Context({"article": article, "preview": True})
        )
        self.assertNotIn("og:title", html)

    def test_it_costs_no_query_but_for_tags_and_on_a_kept_page_none(self):
        path = self.package.get_absolute_url()
        self.package.picture_rows.create(picture=make_picture(9))
        costs = []
        for described in (metadata_tags._describe, lambda *_arguments: of_nothing):
            with patch.object(metadata_tags, "_describe", described):
                self.client.get("/")  # what all pages share
                with CaptureQueriesContext(connection) as first:
                    self.client.get(path)
                with CaptureQueriesContext(connection) as again:
                    self.client.get(path)
                costs.append((len(first), len(again)))
            caches["template_fragments"].clear()
        self.assertEqual(costs[0], (costs[1][0] + 1, costs[1][1]))


class ScriptTextTests(SimpleTestCase):
    @settings(max_examples=100, deadline=None)
    @given(st.recursive(st.text(st.sampled_from("</script>!-&\u2028\u2029\"'\\\n图x")), st.lists))
    def test_no_text_ends_the_script_and_every_text_comes_back(self, data):
        text = str(script_text(data))
        for forbidden in ("<", ">", "&", "\u2028", "\u2029"):
            self.assertNotIn(forbidden, text)
        self.assertEqual(json.loads(text), data)


class TableTests(TestCase):
    """The table itself: a validator that finds nothing proves nothing."""

    def test_what_is_wrong_is_found(self):
        cases = {
            "unknown type": {"@type": "Blogpost"},
            "unknown property": {"@type": "Person", "name": "x", "headline": "x"},
            "wrong type": {"@type": "Person", "name": "x", "url": "no address"},
            "wrong node": {"@type": "WebSite", "name": "x", "url": SITE, "publisher": {
                "@type": "WebPage"}},
            "a time without its zone": {"@type": "WebPage", "datePublished": "2026-05-20T12:00:00"},
            "missing": {"@type": "ImageObject", "url": SITE, "width": 1},
            "empty": {"@type": "WebPage", "name": ""},
            "order": {"@type": "ItemList", "itemListElement": [
                {"@type": "ListItem", "position": 2, "name": "x"}]},
        }  # fmt: skip
        for name, node in cases.items():
            with self.subTest(name):
                self.assertTrue(complaints(node))
        moment = (timezone.now() + timedelta(days=1)).isoformat()
        self.assertEqual(complaints({"@type": "WebPage", "datePublished": moment}), [])
