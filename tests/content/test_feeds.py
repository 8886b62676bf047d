"""Feeds by the rules of their forms, what they never hold, and the sitemaps."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from unittest.mock import patch
from urllib.parse import urlsplit

from django.test import SimpleTestCase, TestCase, override_settings
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from content import keeping
from content.absolute import absolute_links
from content.models import Content, SiteSettings
from content.sitemaps import SiteSitemap
from tests.factories import make_article, make_author, make_column, make_package, make_tag

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
SITE = "http://127.0.0.1:8000"
PATHS = ("/feed.xml", "/atom.xml", "/feed.json")


def locations(response) -> list[str]:
    tree = ET.fromstring(response.content)  # noqa: S314  our own answer
    return [element.text for element in tree.iter(f"{SITEMAP}loc")]


def is_absolute(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def complaints_about_rss(text: bytes) -> list[str]:
    """What the RSS 2.0 specification and the advisory board's profile would say."""
    found = []
    rss = ET.fromstring(text)  # noqa: S314  our own answer
    if (rss.tag, rss.get("version"), len(rss)) != ("rss", "2.0", 1):
        found.append("no rss 2.0 with one channel")
    channel = rss[0]
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            found.append(f"the channel has no {name}")
    own = channel.find(f"{ATOM}link[@rel='self']")
    if own is None or not is_absolute(own.get("href")):
        found.append("the channel does not say where it is")
    image = channel.find("image")
    if [image.findtext(name) for name in ("title", "link")] != [
        channel.findtext(name) for name in ("title", "link")
    ] or not re.search(r"\.(png|gif|jpe?g)$", image.findtext("url")):
        found.append("the image is not that of the channel")
    if not re.fullmatch("[A-Za-z]{2}(-[A-Za-z]+)*", channel.findtext("language")):
        found.append("no language")
    parsedate_to_datetime(channel.findtext("lastBuildDate"))
    guids = [item.findtext("guid") for item in channel.iter("item")]
    if len(set(guids)) != len(guids) or not all(guids):
        found.append("guids are missing or not unique")
    for item in channel.iter("item"):
        if not (item.findtext("title") or item.findtext("description")):
            found.append("an item has neither title nor description")
        if not is_absolute(item.findtext("link")):
            found.append("an item has no absolute link")
        if item.find("guid").get("isPermaLink") != "false":
            found.append("a guid that is no address says it is one")
        if item.findtext("author", "@").count("@") != 1:
            found.append("an author is no mail address")
        parsedate_to_datetime(item.findtext("pubDate"))
    return found


def complaints_about_atom(text: bytes) -> list[str]:
    """What RFC 4287 would say."""
    found = []
    feed = ET.fromstring(text)  # noqa: S314  our own answer
    if feed.tag != f"{ATOM}feed":
        found.append("no feed")
    own = [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if len(own) != 1 or not is_absolute(own[0].get("href")):
        found.append("the feed does not say where it is")
    entries = feed.findall(f"{ATOM}entry")
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            if len(element.findall(ATOM + name)) != 1:
                found.append(f"{element.tag} has not one {name}")
        for name in ("updated", "published"):
            for date in element.findall(ATOM + name):
                if datetime.fromisoformat(date.text).tzinfo is None:
                    found.append("a time without its zone")
        if not urlsplit(element.findtext(f"{ATOM}id")).scheme:
            found.append("an id is no IRI")
        for author in element.findall(f"{ATOM}author"):
            if not author.findtext(f"{ATOM}name"):
                found.append("an author without a name")
        for category in element.findall(f"{ATOM}category"):
            if not category.get("term"):
                found.append("a category without a term")
    if feed.find(f"{ATOM}author") is None and any(e.find(f"{ATOM}author") is None for e in entries):
        found.append("an entry is by nobody")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    if len(set(ids)) != len(ids):
        found.append("ids are not unique")
    for entry in entries:
        links = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        if len(links) != 1 or not is_absolute(links[0].get("href")):
            found.append("an entry has not one address")
        if [content.get("type") for content in entry.findall(f"{ATOM}content")] != ["html"]:
            found.append("an entry has not one text")
    return found


def complaints_about_json(text: bytes) -> list[str]:
    """What version 1.1 of JSON Feed would say."""
    found = []
    feed = json.loads(text)
    if feed["version"] != "https://jsonfeed.org/version/1.1" or not feed["title"]:
        found.append("no version or title")
    for name in ("home_page_url", "feed_url", "icon", "favicon"):
        if not is_absolute(feed[name]):
            found.append(f"{name} is not absolute")
    known = {
        *("id", "url", "external_url", "title", "content_html", "content_text", "summary"),
        *("image", "banner_image", "date_published", "date_modified", "authors", "tags"),
        *("language", "attachments"),
    }
    for item in feed["items"]:
        if set(item) - known or not isinstance(item["id"], str):
            found.append(f"an item has {set(item) - known}, or an id that is no string")
        if not isinstance(item.get("content_html", item.get("content_text")), str):
            found.append("an item has no text")
        for name in ("url", "external_url", "image"):
            if not is_absolute(item.get(name, SITE)):
                found.append(f"{name} of an item is not absolute")
        for name in ("date_published", "date_modified"):
            if datetime.fromisoformat(item[name]).tzinfo is None:
                found.append("a time without its zone")
        if not all(isinstance(tag, str) for tag in item["tags"]):
            found.append("a tag is no string")
    for person in [
        *feed["authors"],
        *(p for item in feed["items"] for p in item.get("authors", [])),
    ]:
        if not {"name", "url", "avatar"} & set(person):
            found.append("an author of whom nothing is said")
    return found


COMPLAINTS = {
    "/feed.xml": complaints_about_rss,
    "/atom.xml": complaints_about_atom,
    "/feed.json": complaints_about_json,
}


class FeedTests(TestCase):
    def test_each_form_is_valid_with_every_kind_of_content_and_with_none(self):
        empty = make_column("还没有内容")
        full = make_column("有内容", description="都在这里。")
        for column in (full, full.parent, empty):
            for path in PATHS:
                with self.subTest(f"{column} {path}"):
                    response = self.client.get(column.get_absolute_url() + path[1:])
                    self.assertEqual(COMPLAINTS[path](response.content), [])
        author = make_author("檐下青石")
        shared = {"column": full, "author": author, "tags": ["c++", "检查点"]}
        make_article(title="A < B & C", summary="List<String> & 别的", **shared)
        make_article(title="没有署名", column=full)
        make_article(kind="reprint", title="转载", **shared)
        make_package(title="插件", **shared)
        for path, complaints in COMPLAINTS.items():
            for before in ("/", full.get_absolute_url(), full.parent.get_absolute_url()):
                with self.subTest(f"{before}{path[1:]}"):
                    response = self.client.get(before + path[1:])
                    self.assertEqual(complaints(response.content), [])
                    self.assertContains(response, "没有署名")

    def test_feeds_hold_the_whole_text_and_addresses_that_work_elsewhere(self):
        make_article(title="检查点", body="见 [另一篇](/articles/other/)，**全文**。\n\n## 甲")
        for path in PATHS:
            with self.subTest(path):
                response = self.client.get(path, headers={"host": "localhost"})
                self.assertContains(response, "检查点")
                self.assertContains(response, "全文")
                self.assertNotContains(response, "http://localhost/")
                self.assertContains(response, f"{SITE}/articles/other/")

    def test_what_looks_like_html_in_a_summary_is_shown_as_it_was_written(self):
        make_article(title="泛型", summary="List<String> 与 &amp;")
        rss = ET.fromstring(self.client.get("/feed.xml").content)  # noqa: S314
        self.assertEqual(rss.findtext(".//item/description"), "List&lt;String&gt; 与 &amp;amp;")
        entry = ET.fromstring(self.client.get("/atom.xml").content).find(f"{ATOM}entry")  # noqa: S314
        summary = entry.find(f"{ATOM}summary")
        self.assertEqual(
            (summary.get("type"), summary.text), ("html", "List&lt;String&gt; 与 &amp;amp;")
        )
        item = self.client.get("/feed.json").json()["items"][0]
        self.assertEqual(item["summary"], "List<String> 与 &amp;")

    def test_a_reprint_is_by_its_original_author_and_names_its_source(self):
        make_article(
            kind="reprint",
            author=make_author("编辑"),
            original_author="原作者",
            source_url="https://example.org/a",
        )
        rss = ET.fromstring(self.client.get("/feed.xml").content)  # noqa: S314
        self.assertEqual(rss.findtext(f".//item/{CREATOR}"), "原作者")
        item = self.client.get("/feed.json").json()["items"][0]
        self.assertEqual(item["authors"], [{"name": "原作者"}])
        self.assertEqual(item["external_url"], "https://example.org/a")

    def test_a_column_and_a_tag_of_one_name_are_one_category(self):
        make_article(column=make_column("Flink"), tags=["flink", "检查点"])
        rss = ET.fromstring(self.client.get("/feed.xml").content)  # noqa: S314
        names = [element.text for element in rss.findall(".//item/category")]
        self.assertEqual(names, ["Flink", "检查点"])
        self.assertEqual(self.client.get("/feed.json").json()["items"][0]["tags"], names)

    def test_a_character_that_xml_forbids_breaks_no_feed(self):
        tag = make_tag("好标签")
        type(tag).objects.filter(pk=tag.pk).update(name="x\x01y\ufffe")
        article = make_article(title="题", tags=["好标签"], body="文\ufffe。")
        article.tags.add(tag)
        type(article)._base_manager.filter(pk=article.pk).update(title="a\x01b\uffff")
        for path in PATHS:
            with self.subTest(path):
                self.assertEqual(COMPLAINTS[path](self.client.get(path).content), [])

    def test_a_reader_that_has_the_feed_is_told_so_until_something_changes(self):
        article = make_article()
        column = article.column.get_absolute_url()
        for path in (*PATHS, *(f"{column}{path[1:]}" for path in PATHS)):
            with self.subTest(path):
                etag = self.client.get(path)["ETag"]
                response = self.client.get(path, headers={"if-none-match": etag})
                self.assertEqual((response.status_code, response.content), (304, b""))
                # A reader that knows only the time could miss a removal, so none is given.
                self.assertNotIn("Last-Modified", response)
        etag = self.client.get("/feed.json")["ETag"]
        article.set_moderation(Content.Moderation.REMOVED)
        response = self.client.get("/feed.json", headers={"if-none-match": etag})
        self.assertEqual(response.json()["items"], [])

    def test_scheduled_draft_and_removed_content_is_in_no_feed(self):
        soon = timezone.now() + timedelta(minutes=5)
        make_article(title="看得见")
        make_article(title="还没写完", status="draft")
        make_article(title="还没到时候", published_at=soon)
        removed = make_article(title="拿下来的")
        for path in PATHS:
            self.assertContains(self.client.get(path), "拿下来的")
        removed.set_moderation(Content.Moderation.REMOVED)
        for path in (*PATHS, f"{removed.column.get_absolute_url()}feed.xml"):
            with self.subTest(path):
                response = self.client.get(path)
                self.assertContains(response, "看得见")
                for hidden in ("还没写完", "还没到时候", "拿下来的"):
                    self.assertNotContains(response, hidden)

    def test_what_was_scheduled_is_in_the_feed_at_its_time(self):
        soon = timezone.now() + timedelta(seconds=90)
        make_article(title="到点就有", published_at=soon)
        left = []

        def remember(key, value, seconds):
            left.append(seconds)

        with patch.object(keeping.caches["template_fragments"], "set", remember):
            self.assertNotContains(self.client.get("/feed.xml"), "到点就有")
        self.assertTrue(left and max(left) <= 90, left)

    def test_a_column_has_feeds_of_its_own_and_a_group_those_of_its_columns(self):
        flink, redis = make_column("Flink"), make_column("Redis", group="中间件")
        make_article(title="甲", column=flink)
        make_article(title="乙", column=redis)
        for column in (flink, flink.parent):
            for path in PATHS:
                response = self.client.get(column.get_absolute_url() + path[1:])
                self.assertContains(response, "甲")
                self.assertNotContains(response, "乙")

    def test_feeds_of_a_renamed_column_lead_to_the_new_address(self):
        column = make_column("Flink")
        before = column.get_absolute_url()
        column.slug = "apache-flink"
        column.save()
        for path in PATHS:
            response = self.client.get(before + path[1:])
            self.assertRedirects(
                response, column.get_absolute_url() + path[1:], 301, fetch_redirect_response=False
            )
            self.assertEqual(self.client.get(f"/columns/nothing/{path[1:]}").status_code, 404)

    def test_a_feed_bears_the_name_that_admins_gave_the_site(self):
        self.assertNotContains(self.client.get("/feed.xml"), "夜航船")
        SiteSettings(name="夜航船").save()
        for path in PATHS:
            self.assertContains(self.client.get(path), "夜航船")

    def test_a_feed_costs_the_same_however_many_rows_there_are_and_little_when_kept(self):
        for make in (make_article, make_package):
            make(tags=["甲", "乙"])
        # Stamps, two for what is scheduled next, the list; rows, tags and texts of two models.
        with self.assertNumQueries(10):
            self.client.get("/feed.xml")
        with self.assertNumQueries(1):
            self.client.get("/feed.xml")
        for _index in range(6):
            make_article(tags=["甲", "丙"])
            make_package(tags=["乙"])
        with self.assertNumQueries(10):
            self.client.get("/feed.xml")


class AbsoluteLinksTests(SimpleTestCase):
    PAGE = "https://blog.example.com/articles/a/"

    def test_addresses_are_what_they_are_on_the_page(self):
        cases = {
            "/b/?x=1&amp;y=2": "https://blog.example.com/b/?x=1&amp;y=2",
            "#top": "https://blog.example.com/articles/a/#top",
            "other": "https://blog.example.com/articles/a/other",
            "//example.org/x": "https://example.org/x",
            "mailto:a@example.org": "mailto:a@example.org",
            "http://[broken": "http://[broken",
        }
        for address, absolute in cases.items():
            with self.subTest(address):
                self.assertEqual(
                    absolute_links(f'<a class="x" href="{address}">文</a>', self.PAGE),
                    f'<a class="x" href="{absolute}">文</a>',
                )
        sizes = '<img src="/p/a.png" srcset="/p/a-480.webp 480w, /p/a-960.webp 960w">'
        self.assertEqual(
            absolute_links(sizes, self.PAGE),
            sizes.replace("/p/", "https://blog.example.com/p/"),
        )

    def test_an_example_of_html_in_the_text_stays_as_it_was_written(self):
        for text in ('<code>&lt;a href="/z"&gt;</code>', 'x href="/c" y', '<p title="a"> src="/b"'):
            with self.subTest(text):
                self.assertEqual(absolute_links(text, self.PAGE), text)

    @settings(max_examples=60, deadline=None)
    @given(st.text(st.sampled_from('<a hrefsc="/#&;>= ,\n图'), max_size=60))
    def test_whatever_the_text_nothing_but_addresses_changes(self, text):
        def bare(html):
            return re.sub(r'(href|src|srcset|cite|poster)="[^"]*"', "", html)

        self.assertEqual(bare(absolute_links(text, self.PAGE)), bare(text))


class SitemapTests(TestCase):
    def test_every_page_is_in_one_of_the_sitemaps_however_many_there_are(self):
        articles = [make_article() for _index in range(5)]
        limit = SiteSitemap.limit
        SiteSitemap.limit = 2
        self.addCleanup(setattr, SiteSitemap, "limit", limit)
        found = []
        for address in locations(self.client.get("/sitemap.xml")):
            self.assertTrue(address.startswith("http://127.0.0.1:8000/sitemap-"), address)
            found += locations(self.client.get(address.removeprefix("http://127.0.0.1:8000")))
        for article in articles:
            self.assertIn(f"http://127.0.0.1:8000{article.get_absolute_url()}", found)

    def test_reprints_drafts_and_removed_content_are_left_out(self):
        hidden = [
            make_article(kind="reprint"),
            make_article(status="draft"),
            make_article(moderation="removed"),
        ]
        text = self.client.get("/sitemap-article.xml").content.decode()
        for article in hidden:
            self.assertNotIn(article.get_absolute_url(), text)

    def test_tags_and_authors_are_listed_while_something_visible_is_behind_them(self):
        author, idle = make_author("檐下青石"), make_author("还没动笔")
        article = make_article(author=author, tags=["检查点"])
        make_package(tags=["表格"], author=author)
        make_article(status="draft", author=idle, tags=["以后再说"])
        tags = locations(self.client.get("/sitemap-tags.xml"))
        self.assertEqual(
            {urlsplit(address).path for address in tags},
            {make_path("tag", "jian-cha-dian"), make_path("tag", "biao-ge")},
        )
        self.assertEqual(
            locations(self.client.get("/sitemap-authors.xml")), [SITE + author.get_absolute_url()]
        )
        article.set_moderation(Content.Moderation.REMOVED)
        self.assertEqual(
            locations(self.client.get("/sitemap-tags.xml")), [SITE + make_path("tag", "biao-ge")]
        )

    def test_pages_that_stand_alone_are_listed_and_answer(self):
        pages = locations(self.client.get("/sitemap-pages.xml"))
        self.assertIn(f"{SITE}/about/", pages)
        self.assertIn(f"{SITE}/", pages)
        for address in pages:
            with self.subTest(address):
                self.assertEqual(self.client.get(address.removeprefix(SITE)).status_code, 200)

    @override_settings(SITE_URL="https://blog.example.com")
    def test_robots_names_the_sitemap_at_the_address_of_the_site(self):
        self.assertContains(
            self.client.get("/robots.txt"), "Sitemap: https://blog.example.com/sitemap.xml"
        )


def make_path(name: str, slug: str) -> str:
    return reverse(f"content:{name}", args=[slug])
