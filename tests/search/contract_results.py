"""What each engine gives for a hit: one mixin."""

import pickle
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.test import override_settings
from haystack import connections
from haystack.models import SearchResult
from haystack.query import SQ, RelatedSearchQuerySet

from search.engines.errors import QueryRefused
from search.inputs import ReaderQuery
from tests.search.contract import ALIAS, keys
from tests.search.contract_queryset import LibraryCase
from tests.search.notes import GroupIndex, make_note


class OwnResult(SearchResult):
    """What a program puts in the place of Haystack's own result."""


class ResultContract(LibraryCase):
    """What a result has, and how it is marked."""

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

    def test_times_and_unique_keys_are_filtered_by_what_they_are(self):
        keys_of_notes = [UUID(int=number) for number in (1, 2)]
        self.write(
            make_note(50, extra=time(8, 30), sites=keys_of_notes),
            make_note(51, extra=time(17), sites=keys_of_notes[:1]),
        )
        self.assertEqual(self.found(extra=time(8, 30)), {50})
        self.assertEqual(self.found(extra__gt=time(9)), {51})
        self.assertEqual(self.found(sites=UUID(int=2)), {50})
        self.assertEqual(self.found(sites__in=keys_of_notes), {50, 51})

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

    def test_documents_of_a_model_that_is_no_longer_indexed_are_left_out(self):
        self.backend.update(GroupIndex(), [Group(pk=7, name="说说小组")])
        unified = connections[ALIAS].get_unified_index()
        unified.build([self.index])
        with override_settings(HAYSTACK_LIMIT_TO_REGISTERED_MODELS=True):
            self.assertEqual(self.all().filter(content="说说").count(), 23)
            self.assertNotIn(7, keys(self.all().filter(content="小组")))

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
            "names": [
                time(8, 30),
                time(23, 59, 59, 999999, UTC),
                timedelta(days=-1, microseconds=3),
            ],
            "author": UUID(int=7),
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

    def test_related_querysets_bring_objects_of_their_own_choice(self):
        for pk in range(1, 24):
            User.objects.create(pk=pk, username=f"u{pk}")
        related = RelatedSearchQuerySet(using=ALIAS).order_by("views").load_all()
        self.assertEqual(related[2].object.username, "u3")
        some = related.load_all_queryset(User, User.objects.filter(pk__gt=10))
        self.assertEqual({result.object.pk for result in some}, set(range(11, 24)))

    def test_highlight_escapes_the_text_and_marks_what_was_asked(self):
        self.write(make_note(50, text="<b>穿透</b> & 缓存"))
        for found in [self.all().filter(content="穿透"), self.all().auto_query("穿透"),
                      self.all().raw_search("穿透"), self.all().filter(text="穿透")]:  # fmt: skip
            self.assertEqual(
                found.highlight()[0].highlighted,
                {"text": ["&lt;b&gt;<mark>穿透</mark>&lt;/b&gt; &amp; 缓存"]},
            )
        self.assertIsNone(self.all().filter(content="穿透")[0].highlighted)

    def test_highlight_takes_tags_fields_and_lengths(self):
        text = "开头。" + "无关的句子。" * 40 + "说到 <i>穿透</i> 的原因。" + "后面的话。" * 40
        self.write(
            make_note(50, text=text, title="穿透 & 其他", tags=["穿透", "别的"], subtitle="谈穿透")
        )
        found = self.all().filter(content="穿透")

        def marked(**options: object) -> dict[str, list[str]]:
            return found.all().highlight(**options)[0].highlighted

        (short,) = marked(fragment_size=30, pre_tags=["[["], post_tags=["]]"])["text"]
        self.assertIn("&lt;i&gt;[[穿透]]&lt;/i&gt;", short)
        self.assertLess(len(short), 80)
        (whole,) = marked(number_of_fragments=0)["text"]
        self.assertTrue(whole.startswith("开头。") and whole.endswith("后面的话。"))
        self.assertIn("<mark>穿透</mark>", whole)
        several = marked(
            fields=["title", "tags", "subtitle", "author"], pre_tags="<b>", post_tags="</b>"
        )
        self.assertEqual(several, {
            "title": ["<b>穿透</b> &amp; 其他"], "tags": ["<b>穿透</b>", "别的"],
            "subtitle_in_index": ["谈<b>穿透</b>"], "author": [""],
        })  # fmt: skip
        with self.assertRaisesMessage(QueryRefused, "fragsize"):
            marked(fragsize=9)
