"""Counts beside the hits: facets and statistics; mixins, run on each engine."""

from datetime import UTC, date, datetime, timedelta

from search.engines.errors import QueryRefused
from tests.search.contract import keys
from tests.search.contract_queryset import LibraryCase
from tests.search.notes import PUBLISHED, make_note


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
