from datetime import timedelta

import time_machine
from django.core.management import call_command
from django.test import TestCase, override_settings
from django.utils import timezone
from haystack import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from content.models import Moderation
from search.models import Engine, OutboxRow
from tests.factories import make_article, make_author, make_column, make_package


def build() -> None:
    """A fresh index of what the database holds now."""
    call_command("rebuild_index", noinput=True, verbosity=0)


class SearchPageTests(TestCase):
    def titles(self, query: str, **parameters: str) -> list[str]:
        response = self.client.get("/search/", {"q": query, **parameters})
        self.assertEqual(response.status_code, 200)
        return [str(hit.content) for hit in response.context["hits"]]

    def test_articles_reprints_templates_and_plugins_are_found_together(self):
        for make, kind in (
            (make_article, "article"),
            (make_article, "reprint"),
            (make_package, "template"),
            (make_package, "plugin"),
        ):
            make(kind=kind, title=f"检查点 {kind}")
        build()
        self.assertEqual(len(self.titles("检查点")), 4)
        self.assertEqual(self.titles("检查点", kind="plugin"), ["检查点 plugin"])

    def test_a_hit_shows_what_a_reader_wants_to_know(self):
        column, author = make_column("Flink"), make_author("檐下青石")
        moment = timezone.make_aware(timezone.datetime(2024, 12, 30, 15, 34, 27))
        make_article(
            title="容错",
            body="前面的话。Flink 用 CheckPointing机制 保存状态。后面的话。",
            column=column,
            author=author,
            published_at=moment,
        )
        build()
        response = self.client.get("/search/", {"q": "CheckPointing机制"})
        self.assertContains(response, "[CheckPointing机制]的搜索结果")
        self.assertContains(response, "<mark>CheckPointing机制</mark>")
        self.assertContains(response, "2024-12-30 15:34:27")
        self.assertContains(response, "檐下青石")
        self.assertContains(response, "Flink")
        self.assertContains(response, 'content="noindex')
        self.assertEqual(response["X-Robots-Tag"], "noindex")

    def test_a_column_or_a_whole_group_narrows(self):
        inside, outside = make_column(group="大数据"), make_column(group="数据库")
        make_article(title="检查点甲", column=inside)
        make_article(title="检查点乙", column=outside)
        build()
        self.assertEqual(self.titles("检查点", column=inside.slug), ["检查点甲"])
        self.assertEqual(self.titles("检查点", column=outside.parent.slug), ["检查点乙"])
        self.assertEqual(len(self.titles("检查点", column="no-such-column")), 2)

    def test_what_the_index_still_holds_and_nobody_may_see_is_not_shown(self):
        articles = [make_article(title=f"检查点 {name}") for name in ("在", "草稿", "下架")]
        build()
        # Past every signal, as a stale index would look.
        rows = type(articles[0])._base_manager
        rows.filter(pk=articles[1].pk).update(status="draft")
        rows.filter(pk=articles[2].pk).update(moderation=Moderation.REMOVED)
        OutboxRow.objects.all().delete()
        self.assertEqual(self.titles("检查点"), ["检查点 在"])
        told = set(OutboxRow.objects.values_list("object_id", flat=True))
        self.assertEqual(told, {str(articles[1].pk), str(articles[2].pk)})

    def test_a_scheduled_article_is_indexed_and_appears_at_its_time(self):
        moment = timezone.now() + timedelta(hours=1)
        make_article(title="检查点预告", published_at=moment)
        build()
        self.assertEqual(self.titles("检查点"), [])
        with time_machine.travel(moment + timedelta(seconds=1), tick=False):
            self.assertEqual(self.titles("检查点"), ["检查点预告"])

    def test_a_long_question_is_cut_and_the_page_says_so(self):
        make_article(title="检查点")
        build()
        response = self.client.get("/search/", {"q": "检查点 " * 200})
        self.assertTrue(response.context["cut"])
        self.assertLessEqual(len(response.context["query"]), 200)
        self.assertContains(response, "200")

    @override_settings(SEARCH_MAX_PAGES=2, HAYSTACK_SEARCH_RESULTS_PER_PAGE=2)
    def test_deep_pages_are_capped_with_a_sentence(self):
        for _index in range(6):
            make_article(title="检查点")
        build()
        response = self.client.get("/search/", {"q": "检查点", "page": "99"})
        self.assertEqual(response.context["page"].number, 2)
        self.assertTrue(response.context["capped"])
        self.assertEqual(response.context["total"], 6)

    def test_a_page_of_results_costs_the_same_however_many_there_are(self):
        make_article(title="检查点", tags=["甲"], author=make_author())
        make_package(title="检查点", tags=["乙"])
        build()
        self.client.get("/search/", {"q": "检查点"})
        with self.assertNumQueries(9):
            self.client.get("/search/", {"q": "检查点"})
        for _index in range(4):
            make_article(title="检查点", tags=["甲", "丙"], author=make_author())
            make_package(title="检查点", tags=["乙"])
        build()
        with self.assertNumQueries(9):
            self.client.get("/search/", {"q": "检查点"})

    def test_an_index_that_was_never_filled_is_never_no_results(self):
        make_article(title="检查点")
        build()
        self.assertEqual(self.titles("没有的词"), [])
        Engine.objects.update(built_at=None)
        response = self.client.get("/search/", {"q": "没有的词"})
        self.assertEqual(response.status_code, 503)
        self.assertTrue(response.context["unavailable"])

    def test_an_index_that_cannot_answer_is_never_no_results(self):
        make_article(title="检查点")
        build()
        connection = connections["default"].get_backend()
        path = connection.file.path
        connection.close()
        path.write_bytes(b"not a database" * 1000)
        self.addCleanup(path.unlink, missing_ok=True)
        response = self.client.get("/search/", {"q": "检查点"})
        self.assertEqual(response.status_code, 503)
        self.assertTrue(response.context["unavailable"])


class HostileQueryTests(HypothesisTestCase):
    @classmethod
    def setUpTestData(cls):
        make_article(title="检查点", body='C++ 与 c# 的 (括号) "引号" AND OR NOT * 。')

    def setUp(self):
        build()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=60), st.text(max_size=12), st.text(max_size=12))
    def test_whatever_is_typed_is_answered(self, text, column, page):
        data = {"q": text, "column": column, "page": page, "kind": column}
        data = {name: value.encode("utf-8", "replace").decode() for name, value in data.items()}
        self.assertLess(self.client.get("/search/", data).status_code, 500)

    def test_what_no_form_sends_is_answered_too(self):
        for query in (
            "q=%00%00",
            "q=%ed%a0%80",
            "q=%ff%fe",
            "q=%e2%80%ae%e6%a3%80",
            "q=" + "%28" * 5000,
            "q=" + "%e6%a3%80" * 100_000,
            "q=%22%22%22&page=-1&kind[]=x",
            "q=NEAR(a%20b)%20title:*",
            "q=a&q=b&page=1e9",
        ):
            with self.subTest(query[:20]):
                self.assertEqual(self.client.get(f"/search/?{query}").status_code, 200)
