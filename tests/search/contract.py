"""What every search engine of ours does for Haystack's users: mixins, run on each engine.

A subclass names `engine` and `options()`; everything else is the same for all of them.
Here: ReaderContract, LookupContract, WritingContract. Beside them, in the same manner:

    contract_queryset   QuerySetContract, LookupOfTextsContract, FacetContract, StatsContract,
                        DeepContract, ConnectionsContract
    contract_commands   CommandContract
    contract_spelling   SpellingContract
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

from django.conf import settings
from django.contrib.auth.models import Group, User
from haystack import connections, inputs
from haystack.query import SQ, SearchQuerySet

from search.engines.errors import QueryRefused
from search.inputs import ReaderQuery
from tests.search.notes import PUBLISHED, GroupIndex, NoteIndex, make_note

ALIAS = "under_test"
INDEXES = (NoteIndex, GroupIndex)


class EngineSetUp:
    """A connection of its own for each test, with notes and groups as its indexes."""

    engine = ""

    def options(self) -> dict[str, Any]:
        """What of a connection is the engine's own. Each call names another, empty index."""
        return {}

    def setUp(self) -> None:
        super().setUp()
        self.index = NoteIndex()
        self.backend = self.connect(ALIAS)

    def connect(self, alias: str) -> Any:
        """The backend of a connection that is there until the test ends."""
        connection = {"ENGINE": self.engine, "SILENTLY_FAIL": False, "BATCH_SIZE": 50}
        patch = mock.patch.dict(settings.HAYSTACK_CONNECTIONS, {alias: connection | self.options()})
        patch.start()
        self.addCleanup(patch.stop)
        backend = connections.reload(alias).get_backend()
        connections[alias].get_unified_index().build([self.index, GroupIndex()])
        self.addCleanup(connections[alias].reset_sessions)
        return backend

    def write(self, *notes: User) -> None:
        self.backend.update(self.index, list(notes))

    def write_texts(self, *texts: str) -> None:
        self.write(*(make_note(pk, text=text) for pk, text in enumerate(texts, 1)))

    def all(self) -> SearchQuerySet:
        return SearchQuerySet(using=ALIAS)

    def read(self, query: str) -> list[int]:
        """Keys of what a reader finds, best first."""
        return keys(self.all().filter(content=ReaderQuery(query)))

    def found(self, *args: Any, **lookups: Any) -> set[int]:
        return set(keys(self.all().filter(*args, **lookups)))


def keys(results: Iterable[Any]) -> list[int]:
    return [int(result.pk) for result in results]


class ReaderContract(EngineSetUp):
    """What a reader finds, and in which order."""

    def test_whole_run_comes_before_every_word_before_any_word(self):
        self.write_texts(
            "缓存写满以后怎么办", "缓存怎样避免雪崩和穿透", "说说缓存穿透的原因", "与此无关的文章"
        )
        self.assertEqual(self.read("缓存穿透"), [3, 2, 1])

    def test_text_with_the_query_in_its_title_comes_before_texts_that_quote_it(self):
        for query in ["缓存穿透的原因", "c++", "c#", ".net", "node.js", "Redis 缓存"]:
            with self.subTest(query):
                self.write(
                    make_note(1, title="目录", text=f"{query}，{query}，{query}。"),
                    make_note(2, title=f"再谈{query}", text="正文" + "说明文字很长" * 60),
                    make_note(3, title="链接", text=f"另见{query}。", tags=[query]),
                )
                self.assertEqual(self.read(query)[0], 2)

    def test_title_with_every_word_comes_after_whole_runs_and_before_other_texts(self):
        self.write(
            make_note(1, title="杂谈", text="缓存与穿透，缓存与穿透"),
            make_note(2, title="穿透与缓存", text="说明文字很长" * 60),
            make_note(3, title="杂谈", text="说说缓存穿透" + "说明文字很长" * 60),
            make_note(4, title="只说缓存"),
        )
        self.assertEqual(self.read("缓存穿透"), [3, 2, 1, 4])

    def test_among_titles_with_the_query_the_whole_text_decides(self):
        self.write(
            make_note(1, title="Redis 存根", text="付费阅读"),
            make_note(2, title="Redis 详解", text="Redis 的缓存，Redis 的持久化，" * 9),
            *(make_note(pk, title="杂谈", text="说明文字很长" * 30) for pk in range(3, 9)),
        )
        self.assertEqual(self.read("redis"), [2, 1])

    def test_title_that_only_spells_a_word_gains_nothing(self):
        self.write(
            make_note(1, title="恒温恒湿机制造", text="正文"),
            make_note(2, title="杂谈", text="一种机制" + "说明文字很长" * 60),
        )
        self.assertEqual(self.read("机制"), [2, 1])

    def test_text_that_only_spells_a_word_ranks_below_every_text_that_has_it(self):
        self.write_texts("恒温恒湿机制造", "机制" + "说明文字很长" * 60, "恒温恒湿机制造，机制造。")
        self.assertEqual(self.read("机制"), [2, 3, 1])

    def test_no_text_that_contains_the_words_is_missed(self):
        self.write_texts("研究生命起源", "中华人民共和国", "长春市长春药店", "乒乓球拍卖完了")
        for query, expected in {
            "生命": 1, "究生": 1, "人民": 2, "民共": 2, "药店": 3,
            "市长": 3, "拍卖": 4, "球": 4, "了": 4,
        }.items():  # fmt: skip
            with self.subTest(query):
                self.assertEqual(self.read(query), [expected])

    def test_unknown_word_is_not_found_by_its_single_characters(self):
        self.write_texts(
            "把服务器搬到机房", "从来没有来过", "搬家以后再来，后来又搬来一台",
            "来自机房，搬到云上", "无关", "给文件加锁，再读表", "锁表的危险",
        )  # fmt: skip
        self.assertEqual(self.read("搬来"), [3])
        self.assertEqual(self.read("搬来机房")[0], 3)
        self.assertEqual(set(self.read("搬来机房")), {1, 3, 4})
        self.assertEqual(self.read("锁表"), [7])
        self.assertEqual(set(self.read("锁 表")), {6, 7})
        self.assertEqual(set(self.read("锁")), {6, 7})
        self.assertEqual(set(self.read("锁 机房")), {1, 4})

    def test_code_terms_are_told_apart(self):
        terms = ["c", "c++", "c#", ".net", "node.js", "k8s", "v1.14", "jquery.min.js", "snake_case"]
        self.write_texts(*(f"这里用{term}写成" for term in terms))
        for pk, term in enumerate(terms, 1):
            with self.subTest(term):
                self.assertEqual(self.read(term), [pk])
                self.assertEqual(self.read(term.upper()), [pk])

    def test_code_term_is_never_optional(self):
        self.write_texts("学习c++的教程", "学习c#的教程", "学习c语言的教程", "c++很难")
        self.assertEqual(self.read("c++教程"), [1, 4])

    def test_code_term_is_found_by_its_parts(self):
        self.write_texts("安装node.js", "启用CheckPointing机制", "看snake_case命名", "ASP.NET入门")
        for query, expected in {
            "node": 1, "checkpoint": 2, "pointing": 2, "snake": 3, "asp": 4, ".net": 4,
        }.items():  # fmt: skip
            with self.subTest(query):
                self.assertEqual(self.read(query), [expected])

    def test_text_about_checkpoints_answers_checkpointing(self):
        self.write_texts(
            "一种机制", "启用checkpoint机制", "CheckPointing机制详解", "enableCheckpointing(5)"
        )
        self.assertEqual(self.read("CheckPointing机制"), [3, 2, 4])

    def test_width_case_and_traditional_characters_find_each_other(self):
        self.write_texts("數據庫的索引", "数据库的索引", "ＲＥＤＩＳ缓存", "redis缓存")
        self.assertEqual(set(self.read("数据库索引")), {1, 2})
        self.assertEqual(set(self.read("數據庫索引")), {1, 2})
        self.assertEqual(set(self.read("Ｒedis緩存")), {3, 4})

    def test_chinese_and_latin_without_a_space_find_the_spaced_text(self):
        self.write_texts("使用 Redis 缓存", "使用Redis缓存")
        self.assertEqual(set(self.read("Redis缓存")), {1, 2})
        self.assertEqual(set(self.read("Redis 缓存")), {1, 2})

    def test_title_tags_and_file_names_are_searched_too(self):
        self.write(
            make_note(1, title="线程池详解", text="正文"),
            make_note(2, text="正文", tags=["线程池", "并发"]),
            make_note(3, text="正文", names=["src/线程池/pool.js", "README.md"]),
        )
        self.assertEqual(set(self.read("线程池")), {1, 2, 3})
        self.assertEqual(self.read("pool.js"), [3])

    def test_syntax_of_a_query_language_is_plain_text(self):
        self.write_texts("安全的文章", 'title 与 NEAR 和 "引号"')
        for query in [
            '"', "*", "安全*", "title:安全", "安全 OR", "NOT 安全", "(安全", "安全)",
            "{title}: 安全", "安全 AND", "^安全", "+安全 -文章", "' OR 1=1 --", "NEAR(安全 文章)",
        ]:  # fmt: skip
            with self.subTest(query):
                self.assertLessEqual(set(self.read(query)), {1, 2})
        self.assertEqual(self.read("NEAR"), [2])

    def test_empty_query_and_mere_punctuation_find_nothing(self):
        self.write_texts("正文")
        for query in ["", "  ", "。，！", "***", '""', "\x00", "\ud800", "\u202e\u200b"]:
            with self.subTest(ascii(query)):
                self.assertEqual(self.read(query), [])
                self.assertEqual(self.all().filter(content=ReaderQuery(query)).count(), 0)

    def test_invisible_characters_change_nothing(self):
        self.write_texts("缓存穿透")
        self.assertEqual(self.read("缓\u200b存\x00穿\ud800透\u202e"), [1])

    def test_megabyte_of_query_is_cut_and_answered(self):
        self.write_texts("缓存穿透")
        for query in ["缓存" * 500_000, "(" * 1_000_000, '"' * 1_000_000, "a " * 500_000]:
            self.read(query)

    def test_equal_texts_come_newest_first_then_by_identifier(self):
        dates = [PUBLISHED, PUBLISHED + timedelta(days=9), PUBLISHED]
        self.write(
            *(make_note(pk, text="同样的正文", published_at=at) for pk, at in enumerate(dates, 1))
        )
        self.assertEqual(self.read("正文"), [2, 1, 3])

    def test_pages_of_a_ranked_search_join_without_gap_or_repetition(self):
        self.write(
            *(make_note(pk, text="缓存穿透" if pk % 3 else "缓存 与 穿透" if pk % 2 else "缓存",
                        title=["杂谈", "穿透和缓存", "缓存穿透", "缓存", "穿透"][pk % 5])
              for pk in range(1, 61))
        )  # fmt: skip
        results = self.all().filter(content=ReaderQuery("缓存穿透"))
        paged = [key for start in range(0, 60, 7) for key in keys(results.all()[start : start + 7])]
        self.assertEqual(paged, keys(results.all()[:60]))
        self.assertEqual(sorted(paged), list(range(1, 61)))
        self.assertEqual(paged, keys(results.all()))
        scores = [result.score for result in results.all()]
        self.assertEqual(scores, sorted(scores, reverse=True))

    def test_reader_query_joins_filters(self):
        self.write(
            make_note(1, text="缓存", kind="article"), make_note(2, text="缓存", kind="plugin")
        )
        results = self.all().filter(content=ReaderQuery("缓存")).filter(kind="plugin")
        self.assertEqual(keys(results), [2])


class LookupContract(EngineSetUp):
    """Haystack's own lookups, which are boolean."""

    def setUp(self) -> None:
        super().setUp()
        self.write(
            make_note(1, title="Redis 入门", text="缓存的入门文章", kind="article", views=5,
                      tags=["缓存", "c#"], published_at=PUBLISHED, day=date(2026, 5, 1),
                      price=Decimal("9.50"), featured=True),
            make_note(2, title="Redis 进阶", text="缓存的进阶文章", kind="article", views=40,
                      tags=["缓存", "c++"], published_at=PUBLISHED + timedelta(days=10),
                      day=date(2026, 5, 11), price=Decimal("10.00"), featured=False),
            make_note(3, title="404", text="页面不见了", kind="plugin", views=300,
                      tags=["jquery"], published_at=PUBLISHED + timedelta(days=20)),
        )  # fmt: skip

    def test_content_asks_for_every_word(self):
        self.assertEqual(self.found(content="缓存 进阶"), {2})
        self.assertEqual(self.found(content="缓存 页面"), set())

    def test_fields_that_share_a_role_are_told_apart_by_name(self):
        self.write(
            make_note(11, text="谈索引", summary="谈事务", tags=["性能"], author="老王"),
            make_note(12, text="谈事务", summary="谈索引", tags=["老王"], author="性能"),
        )
        self.assertEqual(self.found(content="索引"), {11, 12})
        self.assertEqual((self.found(text="索引"), self.found(summary="索引")), ({11}, {12}))
        self.assertEqual((self.found(tags="老王"), self.found(author="老王")), ({12}, {11}))

    def test_lookups_of_text(self):
        for lookup, value, expected in [
            ("title", "redis", {1, 2}), ("title__exact", "404", {3}), ("title__exact", "40", set()),
            ("title__contains", "edis", {1, 2}), ("title__startswith", "redis", {1, 2}),
            ("title__endswith", "进阶", {2}), ("title__in", ["404", "x"], {3}),
            ("title__fuzzy", "rediss 进阶", {2}), ("text__startswith", "页面", {3}),
            ("text__endswith", "文章", {1, 2}), ("text__contains", "门文", {1}),
            ("content__fuzzy", "rediss", {1, 2}), ("content__startswith", "red", {1, 2}),
            ("content__exact", "入门文章", {1}), ("kind", "article", {1, 2}),
            ("kind", "art", set()), ("kind__in", [], set()), ("tags", "c#", {1}),
            ("tags__in", ["c++", "jquery"], {2, 3}), ("tags__exact", "c", set()),
        ]:  # fmt: skip
            with self.subTest(f"{lookup}={value}"):
                self.assertEqual(self.found(**{lookup: value}), expected)

    def test_lookups_of_numbers_moments_and_truth(self):
        later = PUBLISHED + timedelta(days=10)
        elsewhere = datetime.fromisoformat("2026-05-11T16:00:00+08:00")
        for lookup, value, expected in [
            ("views", 40, {2}), ("views__gt", 40, {3}), ("views__gte", "40", {2, 3}),
            ("views__lt", 40, {1}), ("views__lte", 40, {1, 2}), ("views__range", [5, 40], {1, 2}),
            ("views__in", [5, 300], {1, 3}), ("views", "many", set()),
            ("published_at__lte", later, {1, 2}), ("published_at__lt", elsewhere, {1}),
            ("published_at__exact", elsewhere, {2}), ("day__gt", date(2026, 5, 1), {2}),
            ("day", date(2026, 5, 1), {1}), ("price__lt", Decimal("9.6"), {1}),
            ("price__gte", "9.6", {2}), ("featured", True, {1}), ("featured", False, {2}),
        ]:  # fmt: skip
            with self.subTest(f"{lookup}={value}"):
                self.assertEqual(self.found(**{lookup: value}), expected)

    def test_trees_of_conditions(self):
        both = SQ(kind="article") & SQ(views__gt=10)
        self.assertEqual(self.found(both), {2})
        self.assertEqual(self.found(both | SQ(title="404")), {2, 3})
        self.assertEqual(self.found(~both), {1, 3})
        self.assertEqual(self.found(~(SQ(content="缓存") | SQ(views=300))), set())
        self.assertEqual(set(keys(self.all().exclude(kind="plugin"))), {1, 2})
        self.assertEqual(set(keys(self.all().exclude(content="入门"))), {2, 3})
        self.assertEqual(set(keys(self.all().filter(content="入门").filter_or(views=300))), {1, 3})
        self.assertEqual(
            set(keys(self.all().filter(tags="缓存") & self.all().filter(views=5))), {1}
        )

    def test_input_types(self):
        self.assertEqual(set(keys(self.all().auto_query("缓存 -进阶"))), {1})
        self.assertEqual(set(keys(self.all().auto_query('"进阶文章" 缓存'))), {2})
        self.assertEqual(self.found(content=inputs.Exact("缓存的入门")), {1})
        self.assertEqual(self.found(content=inputs.Not("缓存")), {3})
        self.assertEqual(self.found(content=inputs.Clean("缓存")), {1, 2})
        self.assertEqual(set(keys(self.all().raw_search("缓存 OR title:404"))), set())
        with self.assertRaises(NotImplementedError):
            list(self.all().filter(content=inputs.AltParser("dismax", "x")))

    def test_narrow_takes_a_tree_or_what_facet_links_say(self):
        for narrowing, expected in [
            (SQ(kind="article"), {1, 2}), (SQ(tags="c#") | SQ(views__gte=300), {1, 3}),
            ("kind_exact:article", {1, 2}), ('kind:"plugin"', {3}), ('tags_exact:"c#"', {1}),
            ("kind:article AND NOT (views__gt:10 OR tags:x)", {1}),
        ]:  # fmt: skip
            with self.subTest(narrowing):
                self.assertEqual(set(keys(self.all().narrow(narrowing))), expected)
        hostile = SQ(kind='x" OR kind:"plugin')
        self.assertEqual(keys(self.all().narrow(hostile)), [])
        with self.assertRaises(QueryRefused):
            list(self.all().narrow("kind:article ("))

    def test_what_has_no_date_is_neither_before_nor_after_one(self):
        self.write(make_note(9, title="无日期"))
        long_ago, far = PUBLISHED - timedelta(days=9999), PUBLISHED + timedelta(days=9999)
        self.assertEqual(self.found(published_at__lte=far), {1, 2, 3})
        self.assertEqual(self.found(published_at__gte=long_ago), {1, 2, 3})
        self.assertEqual(self.found(published_at__range=[long_ago, far]), {1, 2, 3})
        self.assertEqual(keys(self.all().order_by("-published_at")), [3, 2, 1, 9])
        self.assertEqual(keys(self.all().order_by("published_at")), [1, 2, 3, 9])

    def test_order_by_several_fields(self):
        self.assertEqual(keys(self.all().order_by("-views")), [3, 2, 1])
        self.assertEqual(keys(self.all().order_by("kind", "-published_at")), [2, 1, 3])
        self.assertEqual(keys(self.all().filter(content="缓存").order_by("views")), [1, 2])
        self.assertEqual(keys(self.all().order_by("price")), [1, 2, 3])

    def test_values_come_back_as_they_went_in(self):
        note = self.all().filter(title__exact="404")[0]
        self.assertEqual((note.title, note.views, note.tags), ("404", 300, ["jquery"]))
        first = self.all().filter(views=5)[0]
        self.assertEqual(first.published_at, PUBLISHED)
        self.assertIsNotNone(first.published_at.tzinfo)
        self.assertEqual(
            (first.day, first.price, first.featured), (date(2026, 5, 1), Decimal("9.50"), True)
        )
        self.assertEqual((first.pk, first.app_label, first.model_name), ("1", "auth", "user"))
        self.assertIsNone(note.day)
        self.assertGreater(self.all().filter(content="缓存")[0].score, 0)

    def test_values_and_values_list(self):
        results = self.all().filter(kind="article").order_by("views")
        self.assertEqual(list(results.values_list("pk", "views")), [["1", 5], ["2", 40]])
        self.assertEqual(
            list(results.values_list("title", flat=True)), ["Redis 入门", "Redis 进阶"]
        )
        self.assertEqual(list(results.values("views")), [{"views": 5}, {"views": 40}])

    def test_count_slices_and_best_match(self):
        self.assertEqual(self.all().count(), 3)
        self.assertEqual(self.all().filter(content="缓存").count(), 2)
        self.assertEqual(self.all().filter(content="进阶").best_match().pk, "2")
        self.assertEqual(len(self.all().order_by("views")[1:3]), 2)
        self.assertEqual(len(self.all()[10:20]), 0)
        self.assertEqual(keys(self.all().none()), [])

    def test_facets(self):
        counts = self.all().facet("kind").facet("tags").facet_counts()["fields"]
        self.assertEqual(counts["kind"], [("article", 2), ("plugin", 1)])
        self.assertEqual(counts["tags"][0], ("缓存", 2))
        narrowed = self.all().filter(content=ReaderQuery("进阶")).facet("kind").facet_counts()
        self.assertEqual(narrowed["fields"]["kind"], [("article", 1)])

    def test_date_and_query_facets(self):
        begin = datetime(2026, 5, 1, tzinfo=UTC)
        counts = (
            self.all()
            .date_facet("published_at", begin, begin + timedelta(days=30), "day", 10)
            .query_facet("views", "40")
            .facet_counts()
        )
        self.assertEqual([number for _, number in counts["dates"]["published_at"]], [1, 1, 1])
        self.assertEqual(counts["dates"]["published_at"][0][0], begin)
        self.assertEqual(counts["queries"], {"views:40": 1})

    def test_highlight_marks_the_words(self):
        note = self.all().filter(content=ReaderQuery("进阶")).highlight()[0]
        self.assertEqual(note.highlighted, {"text": ["缓存的<mark>进阶</mark>文章"]})

    def test_more_like_this_finds_the_neighbour_and_not_itself(self):
        self.assertEqual(keys(self.all().more_like_this(make_note(1)))[:1], [2])
        self.assertEqual(keys(self.all().more_like_this(make_note(99))), [])

    def test_boost_lifts_a_term(self):
        results = self.all().filter(content="缓存").boost("进阶", 50)
        self.assertEqual(keys(results)[0], 2)

    def test_unknown_field_and_nesting_without_end_are_refused(self):
        with self.assertRaises(QueryRefused):
            list(self.all().filter(colour="red"))
        with self.assertRaises(QueryRefused):
            list(self.all().order_by("colour"))
        tree = SQ(views=1)
        for _ in range(300):
            tree = SQ(tree, SQ(views=2), _connector="OR") if _ % 2 else SQ(tree, SQ(views=3))
        with self.assertRaises((QueryRefused, RecursionError)):
            list(self.all().filter(tree))


class WritingContract(EngineSetUp):
    """Updating, removing and clearing."""

    def test_update_replaces_what_was_there(self):
        self.write(make_note(1, text="旧的内容", kind="a"))
        self.write(make_note(1, text="新的正文", kind="b"))
        self.assertEqual((self.read("内容"), self.read("正文")), ([], [1]))
        self.assertEqual((self.found(kind="a"), self.found(kind="b")), (set(), {1}))
        self.assertEqual(self.backend.document_count(), 1)

    def test_removed_document_is_found_no_more_by_any_word(self):
        self.write(
            make_note(1, text="缓存穿透", title="标题", tags=["标签"]), make_note(2, text="缓存")
        )
        self.backend.remove("auth.user.1")
        self.assertEqual(self.read("缓存"), [2])
        self.assertEqual(self.read("标题 标签 穿透"), [])
        self.assertEqual(self.all().filter(content=ReaderQuery("标题 标签 穿透")).count(), 0)
        self.assertEqual(self.found(tags="标签"), set())
        self.backend.remove("auth.user.1")  # once more is no error
        self.backend.remove(make_note(2))
        self.assertEqual(self.backend.document_count(), 0)

    def test_clear_takes_one_model_or_everything(self):
        self.write_texts("一篇文章")
        self.backend.update(GroupIndex(), [Group(pk=7, name="一个小组")])
        self.assertEqual(keys(self.all().models(Group)), [7])
        self.backend.clear(models=[Group])
        self.assertEqual(keys(self.all()), [1])
        self.backend.clear()
        self.assertEqual(keys(self.all()), [])
        self.write_texts("又一篇")
        self.assertEqual(self.read("又一"), [1])

    def test_skipped_object_is_taken_out(self):
        self.write_texts("正文")
        self.write(make_note(1, text="正文", skip=True))
        self.assertEqual(self.backend.document_count(), 0)

    def test_version_ignores_volatile_fields_and_values_are_refreshed(self):
        self.write(make_note(1, text="正文", views=1))
        before = dict(self.backend.versions())
        self.write(make_note(1, text="正文", views=2))
        self.assertEqual(dict(self.backend.versions()), before)
        self.assertEqual((self.found(views=2), self.found(views=1)), ({1}, set()))
        self.assertEqual(self.all()[0].views, 2)
        self.write(make_note(1, text="别的正文", views=2))
        self.assertNotEqual(dict(self.backend.versions()), before)
        self.assertEqual(list(before), ["auth.user.1"])

    def test_hostile_values_are_kept_and_do_no_harm(self):
        text = "a\x00b \ud800 '; DROP TABLE documents; -- <script> \u202e 缓存"
        self.write(
            make_note(1, text=text, title="404", tags=["'", '"', "*"], extra={"a": [1, None]})
        )
        note = self.all()[0]
        self.assertEqual((note.text, note.title, note.extra), (text, "404", {"a": [1, None]}))
        self.assertEqual(self.read("缓存"), [1])
        self.assertEqual(self.found(tags__exact="'"), {1})

    def test_load_all_brings_the_objects(self):
        user = User.objects.create(username="数据库文章", last_name="正文")
        self.backend.update(self.index, User.objects.all())
        results = self.all().filter(content="正文").load_all()
        self.assertEqual([result.object for result in results], [user])

    def test_iteration_goes_past_every_page(self):
        self.write(*(make_note(pk, text="正文") for pk in range(1, 131)))
        self.assertEqual(len(keys(self.all())), 130)
        self.assertEqual(len(set(keys(self.all().filter(content="正文")))), 130)
