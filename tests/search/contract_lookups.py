"""Haystack's own lookups, which are boolean: one mixin, run on each engine."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from haystack import inputs
from haystack.query import SQ

from search.engines.errors import QueryRefused
from search.inputs import ReaderQuery
from tests.search.contract import EngineSetUp, keys
from tests.search.notes import PUBLISHED, make_note


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
