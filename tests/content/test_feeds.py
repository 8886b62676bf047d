import xml.etree.ElementTree as ET

from django.test import TestCase, override_settings

from content.sitemaps import SiteSitemap
from tests.factories import make_article, make_package, make_tag

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(response) -> list[str]:
    tree = ET.fromstring(response.content)  # noqa: S314  our own answer
    return [element.text for element in tree.iter(f"{SITEMAP}loc")]


class FeedTests(TestCase):
    def test_feeds_hold_the_whole_text_and_addresses_that_work_elsewhere(self):
        make_article(title="检查点", body="见 [另一篇](/articles/other/)，**全文**。")
        for path in ("/feed.xml", "/atom.xml"):
            with self.subTest(path):
                response = self.client.get(path, headers={"host": "localhost"})
                self.assertContains(response, "检查点")
                self.assertContains(response, "全文")
                self.assertNotContains(response, "http://localhost/")
                self.assertContains(response, "http://127.0.0.1:8000/articles/other/")

    def test_a_character_that_xml_forbids_breaks_no_feed(self):
        tag = make_tag("好标签")
        type(tag).objects.filter(pk=tag.pk).update(name="x\x01y\ufffe")
        article = make_article(title="题", tags=["好标签"], body="文\ufffe。")
        article.tags.add(tag)
        type(article)._base_manager.filter(pk=article.pk).update(title="a\x01b\uffff")
        for path in ("/feed.xml", "/atom.xml"):
            with self.subTest(path):
                ET.fromstring(self.client.get(path).content)  # noqa: S314  our own answer

    def test_a_reader_that_has_the_feed_is_told_so(self):
        make_article()
        etag = self.client.get("/feed.xml")["ETag"]
        response = self.client.get("/feed.xml", headers={"if-none-match": etag})
        self.assertEqual(response.status_code, 304)

    def test_scheduled_and_draft_content_is_in_no_feed(self):
        make_article(title="看得见")
        make_article(title="还没写完", status="draft")
        response = self.client.get("/feed.xml")
        self.assertContains(response, "看得见")
        self.assertNotContains(response, "还没写完")

    def test_a_feed_costs_the_same_however_many_rows_there_are(self):
        for make in (make_article, make_package):
            make(tags=["甲", "乙"])
        with self.assertNumQueries(7):
            self.client.get("/feed.xml")
        for _index in range(6):
            make_article(tags=["甲", "丙"])
            make_package(tags=["乙"])
        with self.assertNumQueries(7):
            self.client.get("/feed.xml")


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

    @override_settings(SITE_URL="https://blog.example.com")
    def test_robots_names_the_sitemap_at_the_address_of_the_site(self):
        self.assertContains(
            self.client.get("/robots.txt"), "Sitemap: https://blog.example.com/sitemap.xml"
        )
