from datetime import date

from django.http import QueryDict
from django.test import SimpleTestCase, override_settings

from search.forms import Choice, Query, read_query

KINDS = [Choice("article", "原创"), Choice("plugin", "插件")]
COLUMNS = [Choice("big-data", "大数据", "大数据", True), Choice("flink", "Flink", "大数据")]


def known_tag(text: str) -> str | None:
    return {"k8s": "Kubernetes", "kubernetes": "Kubernetes"}.get(text.lower())


def read(query: str) -> Query:
    return read_query(QueryDict(query), KINDS, COLUMNS)


@override_settings(SEARCH_TAGS={"named": "tests.search.test_forms.known_tag"})
class ReadQueryTests(SimpleTestCase):
    def test_what_makes_sense_is_taken(self):
        query = read(
            "q=状态&kind=plugin&column=flink&tag=K8S&from=2024-02-30&to=2024&sort=views&page=3"
        )
        self.assertEqual((query.text, query.kind, query.column), ("状态", "plugin", "flink"))
        self.assertEqual((query.tag, query.sort, query.page), ("Kubernetes", "views", 3))
        self.assertEqual((query.since, query.until), (None, date(2024, 12, 31)))
        self.assertEqual(read("q=a&column=big-data").group, "big-data")

    def test_what_makes_no_sense_is_left_out(self):
        self.assertEqual(
            read("q=a&kind=x&column=x&tag=x&from=2024-13&to=99999&sort=up&page=-1&page=0&other=1"),
            Query(text="a"),
        )
        for text in ("2024-00", "2024-1-32", "0000", "3000", "2024-1-1-1", "２０２４", "1e3", " "):
            with self.subTest(text):
                self.assertIsNone(read(f"from={text}").since)

    def test_days_months_and_years_are_whole(self):
        for text, since, until in [
            ("2024", date(2024, 1, 1), date(2024, 12, 31)),
            ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
            ("2024-2-9", date(2024, 2, 9), date(2024, 2, 9)),
        ]:
            query = read(f"from={text}&to={text}")
            self.assertEqual((query.since, query.until), (since, until))
        self.assertEqual(read("from=2024&to=2024").year, 2024)
        self.assertIsNone(read("from=2024-01&to=2024-11").year)

    def test_a_time_that_ends_before_it_begins_is_no_filter(self):
        self.assertEqual(read("from=2025&to=2024").filters, [])

    def test_without_words_the_newest_come_first_for_there_is_no_relevance(self):
        self.assertEqual(read("tag=k8s").sort, "time")
        self.assertEqual(read("tag=k8s&sort=relevance").sort, "time")
        self.assertEqual(read("q=a").sort, "relevance")

    def test_an_address_asks_the_same_again(self):
        query = read("q=c%2B%2B&kind=plugin&column=big-data&tag=k8s&from=2024&sort=time&page=2")
        self.assertEqual(read(query.url.partition("?")[2]), query)
        self.assertEqual(query.without("kind").page, 1)
        self.assertEqual(query.without(*query.filters).filters, [])

    @override_settings(SEARCH_TAGS={})
    def test_where_nobody_knows_the_tags_any_text_may_be_one(self):
        self.assertEqual(read("tag=%00 a  b").tag, "a b")
