"""What users of Haystack's SearchQuerySet rely on: mixins, run on each engine."""

import operator
from datetime import timedelta
from unittest import mock

from django.contrib.auth.models import Group, User
from django.test import override_settings
from haystack import connections, inputs, reset_search_queries
from haystack.query import SQ, SearchQuerySet

from search.engines.errors import QueryRefused
from search.inputs import ReaderQuery
from tests.search.contract import ALIAS, EngineSetUp, keys
from tests.search.notes import PUBLISHED, GroupIndex, make_note

WORDS = ("缓存", "索引", "事务", "线程", "并发")


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
    """Slicing, iterating, joining and ordering."""

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

    def test_parts_of_what_is_no_text_are_refused(self):
        for field in ("views", "published_at", "day", "price", "featured", "rating"):
            for lookup in ("contains", "startswith", "endswith", "fuzzy"):
                with self.subTest(field=field, lookup=lookup), self.assertRaises(QueryRefused):
                    self.found(**{f"{field}__{lookup}": "2"})
        with self.assertRaises(QueryRefused):
            list(self.all().narrow("views:1*"))

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

    def test_more_like_this_can_be_narrowed_counted_and_sliced(self):
        similar = self.all().more_like_this(make_note(5))
        self.assertEqual(set(keys(similar[:3])), {10, 15, 20})
        self.assertNotIn(5, keys(similar.all()))
        self.assertEqual(similar.all().count(), len(keys(similar.all())))
        self.assertEqual(keys(self.all().models(Group).more_like_this(make_note(5))), [])
        narrowed = self.all().filter(views__gt=100).more_like_this(make_note(5))
        self.assertEqual(set(keys(narrowed[:2])), {15, 20})
        self.assertTrue(all(key > 10 for key in keys(narrowed.all())))

    def test_terms_may_be_lifted(self):
        lifted = self.all().filter(content="说说").boost("索引", 20).boost("事务", 4)
        self.assertEqual({pk % 5 for pk in keys(lifted[:5])}, {1})
        self.assertEqual({pk % 5 for pk in keys(lifted.all()[5:10])}, {2})
        self.assertEqual(lifted.count(), 23)

    def test_terms_may_be_lifted_where_nothing_else_ranks(self):
        lifted = self.all().boost("索引", 5).boost("事务", 3)
        self.assertEqual(keys(lifted[:5]), [21, 16, 11, 6, 1])
        self.assertEqual(keys(lifted.all()[5:8]), [22, 17, 12])
        self.assertEqual(lifted.count(), 23)
        self.assertEqual(keys(lifted.all().order_by("views")[:2]), [1, 2])
        either = self.all().filter(SQ(content="索引") | SQ(content="事务"))
        for term, rest in (("索引", 1), ("事务", 2)):
            self.assertEqual({pk % 5 for pk in keys(either.boost(term, 9)[:5])}, {rest})
        self.assertEqual(either.boost("索引", -1).count(), 10)

    def test_lifted_term_does_not_lift_over_a_better_tier(self):
        self.write(
            make_note(50, text="缓存穿透"), make_note(51, text="缓存，后来穿透，线程，线程，线程"),
        )  # fmt: skip
        found = self.all().filter(content=ReaderQuery("缓存穿透")).boost("线程", 1000)
        self.assertEqual(keys(found[:2]), [50, 51])


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
