import re
from datetime import UTC, datetime
from unittest import mock

from django.core.management import call_command
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from haystack import connections

from content.models import TagAlias
from search import querylog, registry
from search.engines.errors import SearchTimeout
from search.models import Pin, Synonym, folded_query
from tests.factories import make_article, make_column, make_package
from tests.search.two_engines import TwoEnginesMixin

TAGS = {"named": "content.tag_search.named", "beginning": "content.tag_search.beginning"}


def build() -> None:
    call_command("rebuild_index", noinput=True, verbosity=0)


def day(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(f"{text}T12:00:00"))


class SearchCase(TestCase):
    def search(self, **parameters: str):
        response = self.client.get("/search/", parameters)
        self.assertEqual(response.status_code, 200)
        return response

    def titles(self, **parameters: str) -> list[str]:
        return [str(hit.content) for hit in self.search(**parameters).context["hits"]]


@override_settings(SEARCH_TAGS=TAGS)
class FilterTests(SearchCase):
    @classmethod
    def setUpTestData(cls):
        cls.flink = make_column("Flink", group="大数据")
        cls.redis = make_column("Redis", group="数据库")
        make_article(title="检查点一", column=cls.flink, tags=["流", "容错"], views=3,
                     published_at=day("2023-05-01"))  # fmt: skip
        make_article(
            title="检查点二", column=cls.flink, tags=["流"], published_at=day("2024-12-31")
        )
        make_package(
            title="检查点三", column=cls.redis, tags=["容错"], published_at=day("2025-01-01")
        )
        # Counts are no part of an ordinary save.
        type(make_article())._base_manager.filter(title="检查点一").update(views=30)

    def setUp(self):
        build()

    def counts(self, response, dimension: str) -> dict[str, int]:
        values = getattr(response.context["facets"], dimension)
        return {value.label: value.count for value in values}

    def test_results_are_counted_by_kind_column_tag_and_year(self):
        response = self.search(q="检查点")
        self.assertEqual(sum(self.counts(response, "kinds").values()), 3)
        self.assertEqual(self.counts(response, "columns"), {"大数据": 2, "数据库": 1})
        (flink,) = response.context["facets"].columns[0].values
        self.assertEqual((flink.label, flink.count), ("Flink", 2))
        self.assertEqual(self.counts(response, "tags"), {"流": 2, "容错": 2})
        self.assertEqual(self.counts(response, "years"), {"2025": 1, "2024": 1, "2023": 1})

    def test_a_dimension_is_counted_without_its_own_filter_and_within_the_others(self):
        response = self.search(q="检查点", column=self.flink.slug)
        self.assertEqual(self.counts(response, "columns"), {"大数据": 2, "数据库": 1})
        self.assertEqual(self.counts(response, "tags"), {"流": 2, "容错": 1})
        self.assertEqual(self.counts(response, "years"), {"2024": 1, "2023": 1})

    def test_following_a_count_leads_to_so_many_results(self):
        facets = self.search(q="检查点").context["facets"]
        values = [*facets.kinds, *facets.columns, *facets.columns[0].values, *facets.tags,
                  *facets.years]  # fmt: skip
        for value in values:
            with self.subTest(value.label):
                found = self.client.get(value.url).context
                self.assertEqual(found["total"], value.count)
                self.assertEqual(self.client.get(found["chips"][0].url).context["total"], 3)

    def test_days_are_whole_days_here(self):
        self.assertEqual(self.titles(q="检查点", **{"from": "2025-01-01"}), ["检查点三"])
        self.assertEqual(self.titles(q="检查点", to="2023"), ["检查点一"])

    def test_results_are_ordered_by_time_and_by_views(self):
        self.assertEqual(self.titles(q="检查点", sort="time"), ["检查点三", "检查点二", "检查点一"])
        self.assertEqual(self.titles(q="检查点", sort="views")[0], "检查点一")

    def test_a_tag_without_words_lists_what_carries_it_newest_first(self):
        self.assertEqual(self.titles(tag="容错"), ["检查点三", "检查点一"])

    def test_another_name_of_a_tag_means_the_tag(self):
        from content.models import Tag

        TagAlias.objects.create(tag=Tag.objects.get(name="流"), name="Streaming")
        self.assertEqual(len(self.titles(tag="streaming")), 2)

    def test_filters_without_any_result_say_where_there_is_something(self):
        response = self.search(q="检查点", kind="plugin", column=self.flink.slug)
        self.assertEqual(response.context["total"], 0)
        self.assertEqual(len(response.context["chips"]), 2)
        hints = response.context["hints"].filters
        self.assertEqual([hint.count for hint in hints], [2, 1, 3])
        for hint in hints:
            self.assertEqual(self.client.get(hint.url).context["total"], hint.count)
            self.assertContains(response, hint.url.replace("&", "&amp;"))

    def test_a_filter_that_makes_no_sense_is_no_filter(self):
        self.assertEqual(len(self.titles(q="检查点", tag="没有", sort="x", **{"from": "x"})), 3)

    def test_a_page_with_filters_costs_the_same_however_much_there_is(self):
        def number() -> int:
            with CaptureQueriesContext(connection) as made:
                self.search(q="检查点", tag="容错", column="da-shu-ju")
            return len(made)

        number()
        before = number()
        for index in range(6):
            make_article(title="检查点", column=self.flink, tags=["容错", f"标{index}"])
        build()
        self.assertEqual(number(), before)


class HintTests(SearchCase):
    def test_a_mistyped_word_is_offered_and_not_searched_for(self):
        make_article(title="Kubernetes 入门", body="部署。")
        build()
        response = self.search(q="kuberentes")
        self.assertEqual(response.context["total"], 0)
        self.assertEqual(response.context["spelled"].text, "kubernetes")
        self.assertContains(response, 'id="search-spelled"')

    def test_words_that_have_results_are_offered_alone(self):
        make_article(title="玩具")
        build()
        response = self.search(q="玩具 x++")
        self.assertEqual(response.context["total"], 0)
        (hint,) = response.context["hints"].words
        self.assertEqual((hint.label, hint.count), ("玩具", 1))

    def test_where_nothing_is_found_there_are_columns_to_look_through(self):
        column = make_column(group="数据库")
        build()
        response = self.search(q="没有的词")
        self.assertContains(response, column.parent.get_absolute_url())
        self.assertContains(response, "search-nothing")


class PageTests(SearchCase):
    def test_the_title_of_the_page_has_no_more_than_twenty_characters_of_the_query(self):
        build()
        response = self.search(q="这是一个很长很长的问题" * 5)
        title = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]
        shown = re.search(r"\[(.*?)\]", title)[1]
        self.assertLessEqual(len(shown), 20)

    def test_a_file_name_that_was_found_is_shown_with_its_package(self):
        make_package(
            title="插件", body="说明 a.css。", files={"js/jquery.min.js": b"1", "a.css": b"1"}
        )
        build()
        response = self.search(q="jquery.min.js")
        self.assertEqual(response.context["hits"][0].file, "<mark>jquery.min.js</mark>")
        self.assertContains(response, "result__file")
        for query in ("说明", "a.css"):
            self.assertEqual(self.search(q=query).context["hits"][0].file, "", query)

    def test_synonyms_of_admins_find_and_are_marked(self):
        make_article(title="容器编排", body="容器编排。")
        build()
        self.assertEqual(self.titles(q="k8s"), [])
        synonym = Synonym(words=["k8s", "容器编排"])
        synonym.full_clean()
        synonym.save()
        (hit,) = self.search(q="k8s").context["hits"]
        self.assertEqual(hit.title, "<mark>容器编排</mark>")

    @override_settings(HAYSTACK_SEARCH_RESULTS_PER_PAGE=2)
    def test_what_is_pinned_stands_first_once_and_is_counted(self):
        articles = [make_article(title=f"检查点{n}") for n in range(4)]
        other = make_article(title="没有那个词")
        hidden = make_article(title="草稿", status="draft")
        for row in (other, articles[3], hidden):
            Pin.objects.create(
                query=folded_query("检查点"), model="articles.article", object_id=row.pk,
                position=row.pk == articles[3].pk,
            )  # fmt: skip
        build()
        pages = [self.search(q="检查点", page=str(number)) for number in (1, 2, 3)]
        titles = [[str(hit.content) for hit in page.context["hits"]] for page in pages]
        self.assertEqual(titles[0], ["没有那个词", "检查点3"])
        self.assertEqual(sorted(titles[1] + titles[2]), ["检查点0", "检查点1", "检查点2"])
        self.assertEqual({page.context["total"] for page in pages}, {5})
        positions = [hit.position for page in pages for hit in page.context["hits"]]
        self.assertEqual(positions, [1, 2, 3, 4, 5])
        self.assertEqual(len(self.titles(q="检查点", sort="time")), 2)
        self.assertNotIn("没有那个词", self.titles(q="检查点", sort="time"))

    def test_first_pages_are_counted_and_the_others_and_parts_of_pages_are_not(self):
        make_article(title="检查点")
        build()
        with mock.patch.object(querylog, "note_search") as noted:
            self.search(q="检查点")
            self.search(q="检查点", page="2")
            self.search(tag="x")
            self.client.get("/search/?q=检查点", headers={"HX-Request": "true"})
        self.assertEqual([(call.args[1:]) for call in noted.call_args_list], [("检查点", 1)])

    def test_a_swap_gets_only_the_middle_of_the_page_and_going_back_all_of_it(self):
        make_article(title="检查点")
        build()
        part = self.client.get("/search/?q=检查点", headers={"HX-Request": "true"})
        self.assertContains(part, 'id="search"')
        self.assertContains(part, "<title>")
        self.assertNotContains(part, "masthead")
        self.assertIn("HX-Request", part["Vary"])
        back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        self.assertContains(self.client.get("/search/?q=检查点", headers=back), "masthead")

    def test_hostile_parameters_are_escaped_wherever_they_are_repeated(self):
        make_article(title="检查点")
        build()
        hostile = '"><script>alert(1)</script>'
        for parameters in ({"q": hostile}, {"tag": hostile}, {"q": "检查点", "tag": hostile}):
            self.assertNotContains(self.search(**parameters), "<script>alert")

    def test_results_say_what_they_are_for_the_counting_of_clicks(self):
        article = make_article(title="检查点")
        build()
        self.assertContains(self.search(q="检查点"), f'data-id="{article.pk}"')


class ResultsJsonTests(SearchCase):
    def test_one_page_of_results_for_programs(self):
        column = make_column("Flink")
        article = make_article(
            kind="reprint", title="检查点 <b>", body="前文。检查点 & 机制。", column=column,
            published_at=datetime(2024, 12, 30, 7, 34, 27, tzinfo=UTC),
        )  # fmt: skip
        build()
        response = self.client.get("/search/results.json", {"q": "检查点"})
        self.assertEqual(response["Content-Type"], "application/json")
        self.assertEqual(
            response.json(),
            {
                "query": "检查点", "total": 1, "page": 1, "pages": 1, "engine": "sqlite",
                "degraded": False,
                "results": [
                    {
                        "kind": "reprint", "title": "检查点 <b>", "url": article.get_absolute_url(),
                        "column": "Flink", "excerpt": "前文。<mark>检查点</mark> &amp; 机制。",
                        "published_at": "2024-12-30T15:34:27+08:00", "views": 0, "author": None,
                    }
                ],
            },
        )  # fmt: skip

    def test_the_same_parameters_and_ten_a_page(self):
        column = make_column("Flink")
        for number in range(12):
            make_article(title=f"检查点{number}", column=column)
        make_package(title="检查点", column=make_column())
        build()
        data = self.client.get(
            "/search/results.json", {"q": "检查点", "column": column.slug, "page": "2", "sort": "x"}
        ).json()
        self.assertEqual((data["total"], data["page"], data["pages"]), (12, 2, 2))
        self.assertEqual(len(data["results"]), 2)

    def test_nothing_asked_and_nothing_found_are_answers_too(self):
        build()
        for query in ("", "没有的词"):
            data = self.client.get("/search/results.json", {"q": query}).json()
            self.assertEqual((data["query"], data["total"], data["pages"]), (query, 0, 0))
            self.assertEqual(data["results"], [])

    def test_an_answer_that_is_the_same_still_is_not_sent_again(self):
        make_article(title="检查点")
        build()
        first = self.client.get("/search/results.json?q=检查点")
        self.assertIn("max-age=0", first["Cache-Control"])
        self.assertEqual(first["X-Robots-Tag"], "noindex")
        again = self.client.get(
            "/search/results.json?q=检查点", headers={"If-None-Match": first["ETag"]}
        )
        self.assertEqual(again.status_code, 304)

    def test_an_engine_that_does_not_answer_is_never_no_results(self):
        with mock.patch("search.views.search", side_effect=SearchTimeout("late")):
            response = self.client.get("/search/results.json?q=检查点")
        self.assertEqual(response.status_code, 503)
        self.assertNotIn("results", response.json())


class SpareTests(TwoEnginesMixin, SearchCase):
    def test_where_the_server_does_not_answer_the_spare_index_does_and_the_page_says_so(self):
        article = make_article(title="检查点", body="检查点。")
        index = connections["embedded"].get_unified_index().get_index(type(article))
        self.spare.update(index, [article])
        for alias in ("default", "embedded"):
            engine = registry.register(alias)
            type(engine).objects.filter(pk=engine.pk).update(built_at=timezone.now())
        with self.assertLogs("search", "WARNING"):
            response = self.search(q="检查点")
        self.assertEqual([hit.content for hit in response.context["hits"]], [article])
        self.assertTrue(response.context["degraded"])
        self.assertContains(response, "banner--warn")
        data = self.client.get("/search/results.json?q=检查点").json()
        self.assertEqual((data["engine"], data["degraded"], data["total"]), ("sqlite", True, 1))


@override_settings(SEARCH_TAGS=TAGS)
class SuggestTests(SearchCase):
    def suggest(self, text: str) -> dict[str, tuple[str, str]]:
        response = self.client.get("/search/suggest.json", {"q": text})
        self.assertEqual(response["Content-Type"], "application/x-suggestions+json")
        query, *lists = response.json()
        self.assertEqual(query, text)
        texts, notes, links = lists
        return dict(zip(texts, zip(notes, links, strict=True), strict=True))

    def test_titles_tags_and_popular_queries_are_suggested(self):
        article = make_article(title="数据湖入门", tags=["数据库"])
        make_article(title="大数据")
        make_article(title="数据草稿", status="draft")
        with mock.patch.object(querylog, "popular", return_value=["数据倾斜"]):
            found = self.suggest("数据")
        self.assertEqual(list(found), ["数据倾斜", "数据库", "数据湖入门", "大数据"])
        self.assertEqual(found["数据湖入门"][1], f"http://testserver{article.get_absolute_url()}")
        build()
        found_by_tag = self.client.get(found["数据库"][1]).context["hits"]
        self.assertEqual([hit.content for hit in found_by_tag], [article])

    def test_a_tag_is_suggested_by_the_letters_of_its_sound(self):
        make_article(tags=["数据库"])
        self.assertIn("数据库", self.suggest("sjk"))

    def test_what_begins_so_comes_before_what_is_read_more(self):
        for number in range(8):
            row = make_article(title=f"说 Redis {number}")
            type(row)._base_manager.filter(pk=row.pk).update(views=100)
        make_article(title="Redis 入门")
        self.assertEqual(next(iter(self.suggest("redis"))), "Redis 入门")

    def test_nothing_typed_and_hostile_text_are_answered(self):
        make_article(title="a")
        self.assertEqual(self.suggest(""), {})
        for text in ("%", "_", "\\", "'\"", "\u202e", "x" * 5000, "((("):
            response = self.client.get("/search/suggest.json", {"q": text})
            self.assertEqual(response.status_code, 200)
            self.assertEqual(len(response.json()), 4)

    def test_suggestions_cost_the_same_however_many_titles_there_are(self):
        make_article(title="检查点")
        make_package(title="检查点")
        self.suggest("查点")
        with CaptureQueriesContext(connection) as made:
            self.suggest("查点")
        before = len(made)
        for _number in range(5):
            make_article(title="检查点", tags=["查点"])
            make_package(title="检查点")
        self.suggest("查点")
        with self.assertNumQueries(before):
            self.suggest("查点")
