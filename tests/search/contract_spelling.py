"""What an engine offers for a query that was mistyped: one mixin, run on each engine."""

from datetime import timedelta

from haystack.query import SQ

from search.inputs import ReaderQuery
from tests.search.contract import EngineSetUp
from tests.search.notes import PUBLISHED, make_note

TEXTS = (
    "使用 Kubernetes 部署微服务",
    "Elasticsearch 集群的负载均衡",
    "JavaScript 与 jQuery 的选择器，服务器与渲染",
    "数据库的索引与事务，线程池的参数",
    "Spring Boot 与 Redis 缓存穿透",
    "C++ 与 C# 的差别，Java8 的流，java 的线程",
)


class SpellingContract(EngineSetUp):
    """Suggestions are offered, have results, and are none where nothing is wrong."""

    def setUp(self) -> None:
        super().setUp()
        self.write(
            *(make_note(pk, text=text, published_at=PUBLISHED, kind="article")
              for pk, text in enumerate(TEXTS, 1))
        )  # fmt: skip

    def suggested(self, query: str) -> str | None:
        return self.all().filter(content=ReaderQuery(query)).spelling_suggestion()

    def test_mistyped_latin_words_are_put_right(self):
        for typed, meant in {
            "kubernets": "kubernetes", "elasticsaerch": "elasticsearch", "javasript": "javascript",
            "Kubrenetes": "kubernetes", "redsi": "redis", "jqeury": "jquery", "ridis": "redis",
        }.items():  # fmt: skip
            with self.subTest(typed):
                self.assertEqual(self.suggested(typed), meant)

    def test_characters_that_sound_alike_are_put_right(self):
        for typed, meant in {
            "负载军衡": "负载均衡", "数剧库": "数据库", "县城池": "线程池", "缓存穿头": "缓存穿透",
            "微服物": "微服务", "索隐": "索引", "县程池": "线程池",
        }.items():  # fmt: skip
            with self.subTest(typed):
                self.assertEqual(self.suggested(typed), meant)

    def test_one_wrong_character_of_a_longer_word_is_put_right(self):
        self.assertEqual(self.suggested("服务嚣"), "服务器")
        self.assertEqual(self.suggested("选泽器"), "选择器")

    def test_rest_of_the_query_stays_as_it_was_typed(self):
        for typed, meant in {
            "Kubernets 部署": "kubernetes 部署", "怎样部署 kubernets？": "怎样部署 kubernetes？",
            "数剧库 索引": "数据库 索引", "Redis 缓存穿头": "Redis 缓存穿透",
            "elasticsaerch负载军衡": "elasticsearch负载均衡",
        }.items():  # fmt: skip
            with self.subTest(typed):
                self.assertEqual(self.suggested(typed), meant)

    def test_word_that_is_two_words_here_is_parted(self):
        self.assertEqual(self.suggested("springboot"), "spring boot")

    def test_pinyin_becomes_what_it_sounds_like(self):
        self.assertEqual(self.suggested("shujuku"), "数据库")

    def test_nothing_is_offered_where_nothing_is_wrong(self):
        for query in [
            "kubernetes", "负载均衡", "数据库", "c++", "C#", "java8", "Redis 缓存", "的", "线程",
            "部署数据库", "缓存与事务", "", "。", "java", "Elasticsearch集群怎样部署",
        ]:  # fmt: skip
            with self.subTest(query):
                self.assertIsNone(self.suggested(query))

    def test_nothing_is_offered_where_nothing_is_near(self):
        for query in [
            "zzzzqqqq", "c--", "k8s", "v1.15", "爬山虎", "xy", "饕餮", "12345", "a" * 200,
        ]:  # fmt: skip
            with self.subTest(query):
                self.assertIsNone(self.suggested(query))

    def test_only_what_the_same_search_would_find_is_offered(self):
        self.write(
            make_note(50, text="Prometheus 监控", published_at=PUBLISHED + timedelta(days=99))
        )
        visible = self.all().filter(published_at__lte=PUBLISHED)
        hidden = visible.filter(content=ReaderQuery("promethues"))
        self.assertIsNone(hidden.spelling_suggestion())
        self.assertEqual(self.suggested("promethues"), "prometheus")
        narrowed = self.all().filter(content=ReaderQuery("promethues")).narrow(SQ(kind="article"))
        self.assertIsNone(narrowed.spelling_suggestion())

    def test_removed_text_is_offered_no_more(self):
        self.backend.remove("auth.user.1")
        self.assertIsNone(self.suggested("kubernets"))

    def test_standard_queries_and_texts_of_ones_own_are_suggested_for_too(self):
        self.assertEqual(self.all().auto_query("kubernets").spelling_suggestion(), "kubernetes")
        self.assertEqual(self.all().filter(content="kubernets").spelling_suggestion(), "kubernetes")
        self.assertEqual(self.all().spelling_suggestion("kubernets"), "kubernetes")
        found = self.all().filter(content="缓存")
        self.assertEqual(len(found), 1)
        self.assertIsNone(found.spelling_suggestion())
        self.assertEqual(found.spelling_suggestion("javasript"), "javascript")
        told = self.all().filter(content="x").set_spelling_query("redsi")
        self.assertEqual(told.spelling_suggestion(), "redis")
        self.assertIsNone(self.all().spelling_suggestion())

    def test_hostile_texts_are_answered(self):
        for query in ['"', "*", "\x00\ud800", "缓" * 200, "kubernets " * 20, "' OR 1=1", "%_?[a]"]:
            with self.subTest(ascii(query[:10])):
                self.suggested(query)
