"""The list of articles, the sources of reprints, and what stands around an article."""

import re
from datetime import timedelta

from django.core.cache import caches
from django.db import connection
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, FurtherReading, Term
from articles.views import neighbours
from content.models import Moderation
from tests.factories import make_article, make_user

LIST = reverse("articles:list")
SOURCES = reverse("sources:list")


def source(host):
    return reverse("sources:detail", args=[host])


class ListTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.original = make_article(title="原创的一篇")
        cls.reprint = make_article(kind="reprint", title="转载的一篇")

    def shown(self, address):
        return {row.title for row in self.client.get(address).context["contents"]}

    def test_all_articles_or_one_kind_of_them(self):
        both = {"原创的一篇", "转载的一篇"}
        self.assertEqual(self.shown(LIST), both)
        self.assertEqual(self.shown(f"{LIST}?kind=article"), {"原创的一篇"})
        self.assertEqual(self.shown(f"{LIST}?kind=reprint"), {"转载的一篇"})
        self.assertEqual(self.shown(f"{LIST}?kind=plugin"), both)

    def test_the_chosen_kind_is_marked_and_the_page_has_one_address(self):
        html = self.client.get(f"{LIST}?x=1&page=1&kind=reprint").content.decode()
        chosen = re.findall(r'<a href="([^"]*)"\s+aria-current="true">', html)
        self.assertEqual(chosen, ["?x=1&amp;kind=reprint"])
        canonical = re.search(r'rel="canonical"\s+href="([^"]*)"', html)
        self.assertTrue(canonical[1].endswith("/articles/?kind=reprint"), canonical[1])

    def test_the_list_leads_to_the_sources(self):
        self.assertContains(self.client.get(LIST), f'href="{SOURCES}"')


class NeighbourTests(TestCase):
    def test_every_article_is_met_once_on_the_way_from_the_first_to_the_last(self):
        moment = timezone.now() - timedelta(days=3)
        rows = [make_article(published_at=moment - timedelta(days=9))]
        rows += [make_article(published_at=moment) for _index in range(3)]
        rows += [make_article()]
        make_article(kind="reprint", published_at=moment)
        for before, here, after in zip([None, *rows], rows, [*rows[1:], None], strict=False):
            found = neighbours(here)
            self.assertEqual((found["previous"], found["next"]), (before, after))


class SourceTests(TestCase):
    def reprint(self, url="https://www.example.com/a", **values):
        return make_article(kind="reprint", source_url=url, **values)

    def test_a_reprint_leads_to_all_reprints_of_its_source(self):
        one, other = self.reprint(), self.reprint("http://EXAMPLE.com:8080/b")
        self.reprint("https://example.org/")
        page = self.client.get(one.get_absolute_url())
        self.assertContains(page, f'href="{source("example.com")}"')
        page = self.client.get(source("example.com"))
        self.assertEqual({row.pk for row in page.context["contents"]}, {one.pk, other.pk})

    def test_an_original_has_no_source_even_when_an_address_was_left_in_its_form(self):
        article = make_article(source_url="https://example.com/a")
        self.assertNotContains(self.client.get(article.get_absolute_url()), "/sources/")
        self.assertEqual(self.client.get(source("example.com")).status_code, 404)

    def test_only_what_visitors_may_see_makes_a_source(self):
        self.reprint("https://draft.example/", status="draft")
        self.reprint("https://later.example/", published_at=timezone.now() + timedelta(days=1))
        removed = self.reprint("https://removed.example/")
        removed.set_moderation(Moderation.REMOVED)
        page = self.client.get(SOURCES)
        for host in ("draft.example", "later.example", "removed.example"):
            with self.subTest(host):
                self.assertNotContains(page, host)
                self.assertEqual(self.client.get(source(host)).status_code, 404)

    def test_sources_are_counted_and_the_largest_is_first(self):
        self.reprint("https://one.example/")
        for number in range(2):
            self.reprint(f"https://two.example/{number}")
        found = [
            (row["source_host"], row["number"])
            for row in self.client.get(SOURCES).context["sources"]
        ]
        self.assertEqual(found, [("two.example", 2), ("one.example", 1)])

    def test_a_host_of_chinese_letters_has_a_page(self):
        reprint = self.reprint("https://例子.中国/文章")
        page = self.client.get(reprint.source_page_url)
        self.assertContains(page, "例子.中国")
        self.assertContains(page, reprint.title)

    def test_long_lists_come_in_pages_and_a_wrong_page_is_not_there(self):
        self.reprint()
        for address in (SOURCES, source("example.com")):
            for page in ("2", "0", "x"):
                with self.subTest(address=address, page=page):
                    self.assertEqual(self.client.get(address, {"page": page}).status_code, 404)

    def test_queries_do_not_grow_with_reprints_and_sources(self):
        def queries(address):
            caches["template_fragments"].clear()
            with CaptureQueriesContext(connection) as captured:
                self.assertEqual(self.client.get(address).status_code, 200)
            return len(captured)

        addresses = (SOURCES, source("example.com"), LIST)
        for number in range(3):
            self.reprint(tags=["甲"], title=f"早{number}")
        few = {address: queries(address) for address in addresses}
        for number in range(5):
            self.reprint(tags=["乙", "丙"])
            self.reprint(f"https://s{number}.example/")
        self.assertEqual({address: queries(address) for address in addresses}, few)


class ArticleTests(TestCase):
    def test_the_page_says_how_long_it_takes_to_read(self):
        article = make_article(body="字" * 2000)
        page = self.client.get(article.get_absolute_url())
        self.assertRegex(page.content.decode(), r'(?s)class="byline".*\b5\b.*class="prose"')

    def test_terms_and_cards_are_on_the_page(self):
        Term.objects.create(name="检查点", explanation="快照。")
        target = make_article(title="别的一篇")
        article = make_article(body=f"检查点。\n\n[链接]({target.get_absolute_url()})")
        page = self.client.get(article.get_absolute_url())
        self.assertContains(page, 'class="term__name"')
        self.assertContains(page, 'class="article-embed"')
        self.assertContains(page, "别的一篇")

    def test_the_preview_of_a_draft_shows_them_too_and_keeps_nothing(self):
        Term.objects.create(name="检查点", explanation="快照。")
        target = make_article()
        draft = make_article(
            status="draft", body=f"检查点。\n\n[链接]({target.get_absolute_url()})"
        )
        self.client.force_login(make_user(is_staff=True, is_superuser=True))
        page = self.client.get(reverse("admin:articles_article_preview", args=[draft.pk]))
        self.assertContains(page, 'class="term__name"')
        self.assertContains(page, 'class="article-embed"')

    def test_feeds_and_search_have_the_text_without_marks(self):
        Term.objects.create(name="检查点", explanation="作业的快照。")
        article = make_article(body="检查点。")
        self.client.get(article.get_absolute_url())
        article.refresh_from_db()
        self.assertEqual(article.body_html.strip(), "<p>检查点。</p>")
        self.assertNotContains(self.client.get("/feed.xml"), "作业的快照")

    def test_a_second_visit_costs_no_query_for_terms_cards_and_little_else(self):
        Term.objects.create(name="检查点", explanation="快照。")
        article = make_article(body=f"检查点。\n\n[链接]({make_article().get_absolute_url()})")
        FurtherReading.objects.create(article=article, title="文档", url="/articles/x/")
        self.client.get(article.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            self.client.get(article.get_absolute_url())
        asked = " ".join(query["sql"] for query in captured)
        self.assertNotIn("articles_term", asked)
        self.assertNotIn("content_oldaddress", asked)


class HostTests(SimpleTestCase):
    def test_a_page_of_a_source_is_named_only_of_reprints(self):
        self.assertEqual(Article().source_page_url, "")
