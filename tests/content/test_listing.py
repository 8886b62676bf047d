from datetime import timedelta

from django.core.paginator import Paginator
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from content import kinds
from content.listing import Listing
from tests.factories import make_article, make_column, make_package


class ListingTests(TestCase):
    def setUp(self):
        now = timezone.now()
        self.rows = [
            make(title=f"第{index}篇", published_at=now - timedelta(hours=index))
            for index, make in enumerate([make_article, make_package, make_article, make_package])
        ]

    def test_articles_and_packages_stand_in_one_order_newest_first(self):
        self.assertEqual(list(Listing()[:10]), self.rows)
        self.assertEqual(list(Listing()[1:3]), self.rows[1:3])
        self.assertEqual(len(Listing()), 4)

    def test_a_listing_can_be_narrowed_and_paged(self):
        column = make_column()
        inside = make_article(column=column)
        self.assertEqual(Listing(lambda rows: rows.in_column(column))[:10], [inside])
        page = Paginator(Listing(), 2).page(2)
        self.assertEqual(page.object_list, self.rows[1:3])

    def test_a_group_lists_what_is_in_its_columns(self):
        column = make_column(group="另一组")
        inside = make_article(column=column)
        self.assertEqual(Listing(lambda rows: rows.in_column(column.parent))[:10], [inside])

    def test_a_listing_of_one_kind(self):
        plugins = Listing(only=[kinds.get("plugin")])
        self.assertEqual(plugins[:10], [self.rows[1], self.rows[3]])

    def test_what_is_of_every_kind_is_counted_without_a_look_at_the_rows(self):
        with CaptureQueriesContext(connection) as captured:
            len(Listing())
            len(Listing(only=[kinds.get("plugin")]))
        asked = ['"kind"' in query["sql"] for query in captured]
        self.assertEqual(asked, [False, False, True])

    def test_the_number_of_queries_does_not_grow_with_the_rows(self):
        for row in self.rows:
            row.tags.add("甲", "乙")
        with self.assertNumQueries(5):
            for row in Listing()[:20]:
                _shown = row.column.parent.name, list(row.tags.all()), row.author

    def test_same_moment_same_page_order_every_time(self):
        moment = timezone.now() - timedelta(days=9)
        twins = [make_article(published_at=moment) for _index in range(3)]
        listed = [row.pk for row in Listing()[:20] if row.published_at == moment]
        self.assertEqual(listed, [row.pk for row in reversed(twins)])
