"""What users of Haystack's SearchQuerySet rely on: one mixin a subject, run on each engine."""

import operator
import pickle
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from unittest import mock

from django.contrib.auth.models import Group, User
from django.test import override_settings
from haystack import connections, inputs, reset_search_queries
from haystack.models import SearchResult
from haystack.query import SQ, RelatedSearchQuerySet, SearchQuerySet

from search.engines.errors import QueryRefused
from search.inputs import ReaderQuery
from tests.search.contract import ALIAS, EngineSetUp, keys
from tests.search.notes import PUBLISHED, GroupIndex, make_note

WORDS = ("缓存", "索引", "事务", "线程", "并发")


class OwnResult(SearchResult):
    """What a program puts in the place of Haystack's own result."""


class LibraryCase(EngineSetUp):
    """Twenty-three notes in five kinds, a day apart."""

    def setUp(self) -> None:
        super().setUp()
        self.write(
            *(
                make_note(
                    pk,
                    title=f"{WORDS[pk % 5]}的第{pk}篇",
                    text=f"说说{WORDS[pk % 5]} note",
                    kind=f"k{pk % 5}",
                    views=pk * 10,
                    published_at=PUBLISHED + timedelta(days=pk),
                )
                for pk in range(1, 24)
            )
        )


class QuerySetContract(LibraryCase):
    """Slicing, iterating, joining and what a result is."""

    def test_iteration_brings_each_hit_once(self):
        self.assertEqual(sorted(keys(self.all())), list(range(1, 24)))
        self.assertEqual(keys(self.all().order_by("published_at")), list(range(1, 24)))
        self.assertEqual(len(keys(self.all().filter(content="说说"))), 23)

    def test_slices_are_what_the_whole_list_has_there(self):
        ordered = self.all().order_by("-views")
        self.assertEqual(keys(ordered[0:5]), [23, 22, 21, 20, 19])
        self.assertEqual(keys(ordered.all()[20:30]), [3, 2, 1])
        self.assertEqual(ordered.all()[21].pk, "2")
        self.assertEqual(keys(ordered.all()[23:40]), [])
        self.assertEqual(keys(ordered.all()[:3]), [23, 22, 21])
        raw = self.all().raw_search("说说 note")
        self.assertEqual(set(keys(raw[0:10])) & set(keys(raw.all()[10:20])), set())

    @override_settings(DEBUG=True)
    def test_count_asks_once_and_a_slice_asks_once(self):
        reset_search_queries()
        found = self.all().filter(content="说说")
        self.assertEqual((found.count(), len(found), found.count()), (23, 23, 23))
        self.assertEqual(len(connections[ALIAS].queries), 1)
        self.assertEqual(len(found.all()[:10]), 10)
        self.assertEqual(len(connections[ALIAS].queries), 2)

    def test_values_can_be_sliced(self):
        expected = ["2", "3", "4"]
        ordered = self.all().order_by("views")
        self.assertEqual([row["pk"] for row in ordered.values("pk", "title")[1:4]], expected)
        self.assertEqual([row[0] for row in ordered.values_list("pk")[1:4]], expected)
        self.assertEqual(ordered.values_list("pk", flat=True)[1:4], expected)
        self.assertEqual(
            ordered.values("id", "kind", "score", "nothing")[0:1],
            [{"id": "auth.user.1", "kind": "k1", "score": ordered[0].score, "nothing": None}],
        )

    def test_querysets_join_by_and_and_by_or(self):
        few, one = self.all().filter(views__lte=20), self.all().filter(kind="k2")
        self.assertEqual(sorted(keys(few & one)), [2])
        self.assertEqual(sorted(keys(few | one)), [1, 2, 7, 12, 17, 22])
        self.assertEqual(keys(few & self.all().none()), [])
        self.assertEqual(sorted(keys(few | self.all().none())), [1, 2])
        unlike = self.all().exclude(kind="k1").filter(SQ(views=10) | SQ(views=20) | SQ(views=30))
        self.assertEqual(sorted(keys(unlike & self.all().filter(views__gt=20))), [3])
        self.assertEqual(sorted(keys(unlike | self.all().filter(views=230))), [2, 3, 23])

    def test_trees_without_end_of_and_or_not(self):
        either = operator.or_(SQ(kind="k1"), SQ(kind="k2"))
        self.assertEqual(self.found(either & ~SQ(views__gt=60)), {1, 2, 6})
        self.assertEqual(self.found(~(either | SQ(views__gt=50))), {3, 4, 5})
        self.assertEqual(
            set(keys(self.all().filter(either, views__gt=200).exclude(content="索引"))), {22}
        )
        self.assertEqual(set(keys(self.all().exclude(views__gt=20).exclude(views=10))), {2})
        self.assertEqual(set(keys(self.all().filter_or(views=10).filter_or(views=20))), {1, 2})

    def test_input_of_automatic_queries_is_never_an_error(self):
        for text in [
            '"说说缓存"', '"说说缓存', '缓存 "', "''", '"', '"" ""', "-", "--", "- 缓存",
            "44°48'40''N", '缓存 "说说 \'缓存\'"', "缓存\\", "AND", "OR 缓存", "(缓存",
            "缓存:说说", "缓存~", "缓存^5", "缓存?",
            "/缓存/", "[* TO *]", "{缓存 TO *}", "_exists_:kind",
        ]:  # fmt: skip
            with self.subTest(text):
                self.assertLessEqual(set(keys(self.all().auto_query(text))), set(range(1, 24)))
        self.assertEqual(set(keys(self.all().auto_query('"说说缓存"'))), {5, 10, 15, 20})
        self.assertEqual(len(keys(self.all().auto_query("说说 -缓存"))), 19)
        self.assertEqual(len(keys(self.all().auto_query('说说 -"说说缓存"'))), 19)
        self.assertEqual(
            set(keys(self.all().auto_query("缓存", fieldname="title"))), {5, 10, 15, 20}
        )
        self.assertEqual(keys(self.all().auto_query("没有这样的话")), [])

    def test_automatic_queries_stand_within_trees(self):
        both = SQ(content=inputs.AutoQuery("说说 缓存")) | SQ(title=inputs.AutoQuery("索引 的"))
        self.assertEqual(self.found(both), {5, 10, 15, 20, 1, 6, 11, 16, 21})

    def test_values_that_are_no_text_are_looked_for_as_text(self):
        self.write(make_note(50, title="True 3 2009", text="正文", sites=[3, 5]))
        self.assertEqual(self.found(content=True), {50})
        self.assertEqual(self.found(content=2009), {50})
        self.assertEqual(self.found(title__in=[1, "True 3 2009"]), {50})
        self.assertEqual(self.found(sites__in={5, 6}), {50})
        self.assertEqual(self.found(pk__in=[1, "2"]), {1, 2})
        self.assertEqual(self.found(id="auth.user.7"), {7})
        self.assertEqual(self.found(django_ct="auth.user", pk=8), {8})

    def test_lists_may_be_sets_generators_and_querysets(self):
        user = User.objects.create(pk=4, username="四")
        for values in [{"k1"}, ("k1",), (kind for kind in ["k1"]), iter(["k1"])]:
            with self.subTest(type(values).__name__):
                self.assertEqual(self.found(kind__in=values), {1, 6, 11, 16, 21})
        keys_of_users = User.objects.filter(pk=user.pk).values_list("pk", flat=True)
        self.assertEqual(self.found(pk__in=keys_of_users), {4})

    def test_moments_may_be_written_as_text(self):
        self.assertEqual(self.found(published_at__lte=inputs.Exact("2026-05-03 08:00:00+00:00")),
                         {1, 2})  # fmt: skip
        self.assertEqual(self.found(published_at__gt="2026-05-23T08:00:00Z"), {23})
        self.assertEqual(self.found(title__gte="线", title__lt="绣"), {3, 8, 13, 18, 23})
        self.assertEqual(self.found(kind__range=["k1", "k2"], views__lte=100), {1, 2, 6, 7})

    def test_results_can_be_of_another_class(self):
        self.assertIs(type(self.all().result_class(OwnResult)[0]), OwnResult)
        self.assertIs(type(self.all().result_class(OwnResult).result_class(None)[0]), SearchResult)
        similar = self.all().result_class(OwnResult).more_like_this(make_note(1))
        self.assertIs(type(similar[0]), OwnResult)

    def test_querysets_and_results_survive_pickling(self):
        found = self.all().filter(content=ReaderQuery("缓存")).narrow(SQ(kind="k0"))
        expected = keys(found)
        again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own
        self.assertEqual((keys(again), len(again)), (expected, len(expected)))
        self.assertEqual(again[0].title, found[0].title)

    def test_latest_and_best_match(self):
        self.assertEqual(self.all().filter(kind="k1").latest("published_at").pk, "21")
        self.assertIn(self.all().filter(content="缓存").best_match().pk, ["5", "10", "15", "20"])

    def test_models_narrow_to_their_documents(self):
        self.backend.update(GroupIndex(), [Group(pk=7, name="说说小组")])
        self.assertEqual(keys(self.all().models(Group)), [7])
        self.assertEqual(len(keys(self.all().models(User))), 23)
        self.assertEqual(self.all().models(Group, User).count(), 24)
        both = self.all().filter(content="说说")
        self.assertEqual(
            (both.count(), both.models(Group).count(), both.models(User).count()), (24, 1, 23)
        )

    def test_documents_of_a_model_that_is_no_longer_indexed_are_left_out(self):
        self.backend.update(GroupIndex(), [Group(pk=7, name="说说小组")])
        unified = connections[ALIAS].get_unified_index()
        unified.build([self.index])
        with override_settings(HAYSTACK_LIMIT_TO_REGISTERED_MODELS=True):
            self.assertEqual(self.all().filter(content="说说").count(), 23)
            self.assertNotIn(7, keys(self.all().filter(content="小组")))

    def test_empty_text_finds_nothing_whatever_else_is_asked(self):
        for text in ["", " ", "。", "\x00"]:
            with self.subTest(ascii(text)):
                answer = self.backend.search(text, facets={"kind": {}}, highlight=True)
                self.assertEqual((answer["results"], answer["hits"]), ([], 0))
        self.assertEqual(self.backend.search("缓存")["hits"], 4)
        self.assertEqual(
            len(self.backend.search("缓存", start_offset=1, end_offset=3)["results"]), 2
        )

    def test_autocompletion_finds_beginnings_of_words(self):
        self.write(
            make_note(50, beginning="Model 模型 instance"), make_note(51, beginning="Remodel 867")
        )
        for text, expected in {"mod": [50], "mod ins": [50], "模": [50], "867": [51]}.items():
            with self.subTest(text):
                self.assertEqual(keys(self.all().autocomplete(beginning=text)), expected)
        self.assertEqual(keys(self.all().autocomplete(beginning="mod", title="缓存")), [])

    def test_field_with_another_name_in_the_index_goes_by_its_own(self):
        self.write(make_note(50, subtitle="副标题"), make_note(51, subtitle="又一个"))
        self.assertEqual(self.found(subtitle__exact="副标题"), {50})
        self.assertEqual(self.found(subtitle="副标题"), {50})
        self.assertEqual(self.found(subtitle__startswith="又"), {51})
        self.assertEqual(keys(self.all().narrow(SQ(subtitle="又一个"))), [51])
        ordered = self.all().filter(pk__in=[50, 51]).order_by("subtitle")
        self.assertEqual(keys(ordered), [50, 51])
        self.assertEqual(ordered[0].subtitle_in_index, "副标题")
        counts = self.all().facet("subtitle").facet_counts()["fields"]
        self.assertEqual(
            sorted(next(iter(counts.values()))), sorted([("副标题", 1), ("又一个", 1)])
        )

    def test_field_that_is_not_indexed_still_comes_back(self):
        self.write(make_note(50, text="月份", month="02"))
        self.assertEqual(self.all().filter(content="月份")[0].month, "02")

    def test_every_kind_of_value_comes_back_as_it_went_in(self):
        values = {
            "rating": 3.6,
            "views": 0,
            "sites": [3, 5, 1],
            "extra": {"a": [1, {"b": None}], "c": "2009-05-09"},
            "published_at": datetime(2009, 11, 21, 21, 31, tzinfo=UTC),
            "day": date(2009, 11, 21),
            "price": Decimal("24.990"),
            "featured": False,
            "title": "007",
            "kind": "1e5",
            "tags": ["1", "[2]", "", "True", "None", "2009-05-09T16:14:00"],
        }
        self.write(make_note(50, text="往返", **values))
        result = self.all().filter(content="往返")[0]
        for name, value in values.items():
            with self.subTest(name):
                self.assertEqual(getattr(result, name), value)
                self.assertIs(type(getattr(result, name)), type(value))
        self.assertEqual((result.id, result.pk), ("auth.user.50", "50"))
        self.write(make_note(51, text="当地", published_at=datetime(2009, 11, 21, 21, 31)))
        self.assertEqual(
            self.all().filter(content="当地")[0].published_at, datetime(2009, 11, 21, 21, 31)
        )

    def test_more_like_this_can_be_narrowed_counted_and_sliced(self):
        similar = self.all().more_like_this(make_note(5))
        self.assertEqual(set(keys(similar[:3])), {10, 15, 20})
        self.assertNotIn(5, keys(similar.all()))
        self.assertEqual(similar.all().count(), len(keys(similar.all())))
        self.assertEqual(keys(self.all().models(Group).more_like_this(make_note(5))), [])
        narrowed = self.all().filter(views__gt=100).more_like_this(make_note(5))
        self.assertEqual(set(keys(narrowed[:2])), {15, 20})
        self.assertTrue(all(key > 10 for key in keys(narrowed.all())))

    def test_related_querysets_bring_objects_of_their_own_choice(self):
        for pk in range(1, 24):
            User.objects.create(pk=pk, username=f"u{pk}")
        related = RelatedSearchQuerySet(using=ALIAS).order_by("views").load_all()
        self.assertEqual(related[2].object.username, "u3")
        some = related.load_all_queryset(User, User.objects.filter(pk__gt=10))
        self.assertEqual({result.object.pk for result in some}, set(range(11, 24)))

    def test_terms_may_be_lifted(self):
        lifted = self.all().filter(content="说说").boost("索引", 20).boost("事务", 4)
        self.assertEqual({pk % 5 for pk in keys(lifted[:5])}, {1})
        self.assertEqual({pk % 5 for pk in keys(lifted.all()[5:10])}, {2})
        self.assertEqual(lifted.count(), 23)

    def test_highlight_escapes_the_text_and_marks_what_was_asked(self):
        self.write(make_note(50, text="<b>穿透</b> & 缓存"))
        for found in [self.all().filter(content="穿透"), self.all().auto_query("穿透"),
                      self.all().raw_search("穿透"), self.all().filter(text="穿透")]:  # fmt: skip
            self.assertEqual(
                found.highlight()[0].highlighted,
                {"text": ["&lt;b&gt;<mark>穿透</mark>&lt;/b&gt; &amp; 缓存"]},
            )
        self.assertIsNone(self.all().filter(content="穿透")[0].highlighted)


class LookupOfTextsContract(EngineSetUp):
    """Haystack's lookups on all texts at once, and on one."""

    def setUp(self) -> None:
        super().setUp()
        self.write(
            make_note(1, title="使用 Kubernetes 部署", text="容器编排与Docker镜像"),
            make_note(2, title="jQuery 插件", text="选择器 selector 的写法", tags=["c++"]),
            make_note(3, title="数据库", text="Redis 缓存与 MySQL 索引", names=["src/app.min.js"]),
        )

    def test_all_texts_have_every_lookup(self):
        for lookup, value, expected in [
            ("contains", "bernet", {1}), ("contains", "容器编", {1}), ("contains", "用 kube", {1}),
            ("contains", "uer", {2}), ("contains", "edi 据库", {3}), ("contains", "zzz", set()),
            ("startswith", "kube", {1}), ("startswith", "选择", {2}), ("startswith", "ube", set()),
            ("startswith", "my", {3}), ("endswith", "netes", {1}), ("endswith", "uery", {2}),
            ("endswith", "索引", {3}), ("endswith", "kube", set()), ("endswith", "件", {2}),
            ("exact", "编排与docker", {1}), ("exact", "编排 镜像", set()), ("exact", "c++", {2}),
            ("in", ["docker", "插件"], {1, 2}), ("in", [], set()), ("in", {"没有"}, set()),
            ("range", ["m", "n"], {3}), ("range", ["kub", "kuc"], {1}),
            ("gte", "selector", {2, 1, 3}), ("lt", "b", {3}), ("fuzzy", "kubernets", {1}),
            ("fuzzy", "rdis", {3}), ("fuzzy", "ridis", {3}), ("fuzzy", "eelector", {2}),
            ("fuzzy", "mysql", {3}), ("fuzzy", "zzzzz", set()), ("fuzzy", "dcoker", {1}),
        ]:  # fmt: skip
            with self.subTest(f"content__{lookup}={value}"):
                self.assertEqual(self.found(**{f"content__{lookup}": value}), expected)

    def test_one_text_has_every_lookup(self):
        for lookup, value, expected in [
            ("contains", "mysql 索", {3}), ("startswith", "容器", {1}),
            ("startswith", "docker", set()), ("endswith", "写法", {2}),
            ("endswith", "selector", set()),
            ("exact", "Redis 缓存与 MySQL 索引", {3}), ("exact", "Redis", set()),
            ("in", ["选择器 selector 的写法", "x"], {2}), ("range", ["R", "S"], {3}),
            ("gt", "选", {2}), ("fuzzy", "Redis 缓存与 MySQL 索弓", {3}),
        ]:  # fmt: skip
            with self.subTest(f"text__{lookup}={value}"):
                self.assertEqual(self.found(**{f"text__{lookup}": value}), expected)

    def test_hostile_values_of_any_lookup_are_no_error(self):
        for lookup in ("content", "contains", "exact", "startswith", "endswith", "fuzzy",
                       "gt", "gte", "lt", "lte"):  # fmt: skip
            for value in ['"', "*", "a\x00b", "\ud800", "%_", "[a-z]", "'; --", "", "x" * 5000]:
                with self.subTest(lookup, value=ascii(value[:9])):
                    for field in ("content", "title", "text", "tags", "kind"):
                        self.found(**{f"{field}__{lookup}": value})

    def test_lookups_hold_within_exclusion(self):
        self.assertEqual(set(keys(self.all().exclude(content__contains="bernet"))), {2, 3})
        self.assertEqual(set(keys(self.all().exclude(content__endswith="netes"))), {2, 3})
        self.assertEqual(self.found(~SQ(content__fuzzy="rediss") & SQ(content="索引")), set())


class FacetContract(LibraryCase):
    """Counts beside the hits, and narrowing by them."""

    def test_facets_count_hits_and_not_all_documents(self):
        counts = self.all().filter(views__lte=70).facet("kind").facet_counts()["fields"]["kind"]
        self.assertEqual(dict(counts), {"k1": 2, "k2": 2, "k3": 1, "k4": 1, "k0": 1})
        self.assertEqual([number for _, number in counts], [2, 2, 1, 1, 1])
        self.assertEqual(self.all().none().facet("kind").facet_counts(), {})

    def test_facets_take_a_limit_and_an_order(self):
        for options, expected in [
            ({"limit": 2}, [("k1", 5), ("k2", 5)]),
            ({"size": 1}, [("k1", 5)]),
            ({"order": "term"}, [("k0", 4), ("k1", 5), ("k2", 5), ("k3", 5), ("k4", 4)]),
            ({"order": "reverse_term", "limit": 1}, [("k4", 4)]),
            ({"order": "reverse_count", "limit": 2}, [("k0", 4), ("k4", 4)]),
        ]:
            with self.subTest(str(options)):
                counts = self.all().facet("kind", **options).facet_counts()["fields"]["kind"]
                self.assertEqual(counts, expected)

    def test_facets_of_several_values_and_of_none(self):
        self.write(make_note(50, tags=["甲", "乙"], text="多"), make_note(51, text="多"))
        counts = self.all().filter(content="多").facet("tags").facet_counts()["fields"]["tags"]
        self.assertEqual(sorted(counts), sorted([("甲", 1), ("乙", 1)]))

    def test_facets_of_numbers_dates_and_truth_keep_their_types(self):
        self.write(
            make_note(50, text="类", views=7, day=date(2026, 1, 2), featured=True, rating=2.5)
        )
        found = self.all().filter(content="类")
        fields = ("views", "day", "featured", "rating")
        for name in fields:
            found = found.facet(name)
        counts = found.facet_counts()["fields"]
        self.assertEqual(
            [counts[name] for name in fields],
            [[(7, 1)], [(date(2026, 1, 2), 1)], [(True, 1)], [(2.5, 1)]],
        )
        self.assertIs(counts["featured"][0][0], True)

    def test_facets_of_a_sliced_or_ordered_search_count_all_hits(self):
        found = self.all().filter(content="说说").order_by("-views").facet("kind")
        self.assertEqual(len(found[:3]), 3)
        self.assertEqual(sum(number for _, number in found.facet_counts()["fields"]["kind"]), 23)

    def test_narrowing_twice_narrows_twice(self):
        found = self.all().narrow('kind_exact:"k1"').narrow("views:[100 TO 170]").facet("kind")
        self.assertEqual(sorted(keys(found)), [11, 16])
        self.assertEqual(found.facet_counts()["fields"]["kind"], [("k1", 2)])

    def test_narrowing_knows_ranges_and_beginnings(self):
        for text, expected in [
            ("views:[* TO 20]", {1, 2}), ("views:{210 TO *}", {22, 23}),
            ("views:[220 TO *}", {22, 23}), ("views:{10 TO 30}", {2}),
            ("views:[* TO *]", set(range(1, 24))), ("kind:k*", set(range(1, 24))),
            ("NOT kind:k* OR views:10", {1}), ('title:"缓存的第5篇"', {5}),
            ("published_at:[2026-05-22T08:00:00Z TO *]", {21, 22, 23}),
            ('published_at:["2026-05-22T08:00:00+00:00" TO "2026-05-23T08:00:00+00:00"]', {21, 22}),
        ]:  # fmt: skip
            with self.subTest(text):
                self.assertEqual(set(keys(self.all().narrow(text))), expected)
        for text in ["views:[1 TO", "views:[1 2]", "views:{}", "views:[ TO ]"]:
            with self.subTest(text), self.assertRaises(QueryRefused):
                list(self.all().narrow(text))

    def test_chosen_facets_of_forms_cannot_be_syntax(self):
        """As FacetedSearchForm does: the value is cleaned and put between quotes."""
        hostile = 'k1" OR kind:"k2'
        cleaned = self.all().query.clean(hostile)
        self.assertEqual(keys(self.all().narrow(f'kind_exact:"{cleaned}"')), [])
        self.write(make_note(50, kind='a "b" \\ c'))
        cleaned = self.all().query.clean('a "b" \\ c')
        self.assertEqual(keys(self.all().narrow(f'kind_exact:"{cleaned}"')), [50])

    def test_date_facets_by_day_month_and_year(self):
        begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
        for gap, amount, expected in [
            ("month", 1, [23]), ("year", 1, [23]), ("day", 5, [4, 5, 5, 5, 4]),
            ("hour", 24 * 200, [23]),
        ]:  # fmt: skip
            with self.subTest(gap):
                found = self.all().date_facet("published_at", begin, end, gap, amount)
                counts = found.facet_counts()["dates"]["published_at"]
                self.assertEqual([number for _, number in counts], expected)
                self.assertEqual(counts, sorted(counts))

    def test_date_facets_of_days_begin_with_the_day(self):
        self.write(*(make_note(50 + n, day=date(2013, 9, 1 + n // 2)) for n in range(4)))
        found = self.all().date_facet("day", date(2013, 9, 1), date(2013, 10, 1), "day")
        counts = found.facet_counts()["dates"]["day"]
        self.assertEqual([(moment.day, number) for moment, number in counts], [(1, 2), (2, 2)])

    def test_query_facets_count_values_ranges_and_beginnings(self):
        found = self.all().filter(views__gt=10)
        found = found.query_facet("views", "[20 TO 40]").query_facet("title", "缓*")
        found = found.query_facet("title", "缓存").query_facet("title", "缓存 第5篇")
        found = found.query_facet("views", "9")
        self.assertEqual(
            found.facet_counts()["queries"],
            {
                "views:[20 TO 40]": 3,
                "title:缓*": 4,
                "title:缓存": 4,
                "title:缓存 第5篇": 1,
                "views:9": 0,
            },
        )


class StatsContract(LibraryCase):
    """Smallest, greatest, sum and mean of a field over the hits."""

    def test_statistics_of_a_number(self):
        stats = self.all().filter(views__lte=50).stats("views").stats_results()["views"]
        self.assertEqual(
            {name: stats[name] for name in ("min", "max", "sum", "count", "missing", "mean")},
            {"min": 10, "max": 50, "sum": 150, "count": 5, "missing": 0, "mean": 30},
        )
        self.assertEqual(stats["sumOfSquares"], 5500)
        self.assertAlmostEqual(stats["stddev"], 15.811, places=3)

    def test_statistics_for_each_value_of_another_field(self):
        found = self.all().filter(views__lte=70).stats_facet("views", "kind")
        facets = found.stats_results()["views"]["facets"]["kind"]
        self.assertEqual((facets["k1"]["sum"], facets["k1"]["count"]), (70, 2))
        self.assertEqual((facets["k3"]["min"], facets["k3"]["max"]), (30, 30))

    def test_statistics_of_moments_and_of_nothing(self):
        stats = self.all().stats("published_at").stats_results()["published_at"]
        self.assertEqual(
            (stats["min"], stats["max"]),
            (PUBLISHED + timedelta(days=1), PUBLISHED + timedelta(days=23)),
        )
        nothing = self.all().filter(views=-1).stats("views").stats_results()["views"]
        self.assertEqual((nothing["min"], nothing["count"]), (None, 0))
        self.write(make_note(50))
        self.assertEqual(self.all().stats("views").stats_results()["views"]["missing"], 1)


class DeepContract(EngineSetUp):
    """More hits than ten thousand."""

    def test_slices_and_iteration_go_past_ten_thousand_hits(self):
        self.backend.batch_size = 2000
        number = 10_120
        self.write(*(make_note(pk, text="正文", views=pk) for pk in range(1, number + 1)))
        self.assertEqual(self.all().count(), number)
        self.assertEqual(self.all().filter(content=ReaderQuery("正文")).count(), number)
        by_views = self.all().filter(content="正文").order_by("views")
        self.assertEqual(keys(by_views[10_050:10_055]), list(range(10_051, 10_056)))
        ranked = self.all().filter(content=ReaderQuery("正文"))
        first, last = keys(ranked[:10_050]), keys(ranked.all()[10_050:10_200])
        self.assertEqual(len(set(first) | set(last)), number)
        with mock.patch("haystack.query.ITERATOR_LOAD_PER_QUERY", 500):
            self.assertEqual(
                list(by_views.all().values_list("pk", flat=True)),
                [str(pk) for pk in range(1, number + 1)],
            )
            self.assertEqual(keys(ranked.all()), first + last)


class ConnectionsContract(EngineSetUp):
    """Several connections, each with an index of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.other = self.connect("another_under_test")

    def test_what_one_connection_holds_the_other_does_not(self):
        self.write(make_note(1, text="缓存"))
        self.other.update(self.index, [make_note(2, text="缓存")])
        there = SearchQuerySet(using="another_under_test")
        self.assertEqual(self.read("缓存"), [1])
        self.assertEqual(keys(there.filter(content=ReaderQuery("缓存"))), [2])
        moved = self.all().filter(content="缓存").using("another_under_test")
        self.assertEqual(keys(moved), [2])
        self.other.clear()
        self.assertEqual((self.read("缓存"), keys(there)), ([1], []))

    def test_index_writes_to_the_connection_that_it_is_told(self):
        user = User.objects.create(username="数据库文章", last_name="正文")
        self.index.update(using="another_under_test")
        self.assertEqual((self.backend.document_count(), self.other.document_count()), (0, 1))
        self.index.update_object(user, using=ALIAS)
        self.assertEqual(self.backend.document_count(), 1)
        self.index.remove_object(user, using="another_under_test")
        self.assertEqual((self.backend.document_count(), self.other.document_count()), (1, 0))
        self.index.reindex(using="another_under_test")
        self.index.clear(using=ALIAS)
        self.assertEqual((self.backend.document_count(), self.other.document_count()), (0, 1))
