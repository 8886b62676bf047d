"""Views in the index follow those of the database, without a write for each of them."""

from datetime import timedelta
from unittest import mock

from django.test import TestCase
from django.utils import timezone
from haystack.query import SearchQuerySet

from articles.models import Article
from search import jobs, refreshing
from search.models import OutboxRow
from tests.factories import make_article
from tests.search.test_search_sync import RealIndexMixin


class RefreshTests(RealIndexMixin, TestCase):
    def setUp(self):
        super().setUp()
        refreshing._walks.clear()
        self.article = make_article()
        self.view(100)
        jobs.sync()

    def view(self, number, *articles):
        keys = [each.pk for each in articles or (self.article,)]
        Article._base_manager.filter(pk__in=keys).update(views=number)

    def indexed(self):
        """The views of every document after a walk over all of them, and a drain."""
        for _time in range(6):
            refreshing.refresh()
        jobs.sync()
        return dict(SearchQuerySet().values_list("pk", "views"))

    def test_a_tenth_more_is_written_less_is_not(self):
        self.view(109)
        self.assertEqual(self.indexed(), {str(self.article.pk): 100})
        self.view(110)
        self.assertEqual(self.indexed(), {str(self.article.pk): 110})
        self.assertFalse(OutboxRow.objects.exists())

    def test_a_few_views_of_a_new_text_are_no_tenth(self):
        new = make_article()
        jobs.sync()
        self.view(4, new)
        self.assertEqual(self.indexed()[str(new.pk)], 0)
        self.view(5, new)
        self.assertEqual(self.indexed()[str(new.pk)], 5)

    def test_once_a_day_any_difference_is_written(self):
        self.view(101)
        self.assertEqual(self.indexed(), {str(self.article.pk): 100})
        tomorrow = timezone.localdate() + timedelta(days=1)
        with mock.patch("search.refreshing.timezone.localdate", return_value=tomorrow):
            self.assertEqual(self.indexed(), {str(self.article.pk): 101})

    def test_all_documents_have_their_turn_slice_by_slice(self):
        articles = [self.article, *(make_article() for _number in range(4))]
        jobs.sync()
        self.view(50, *articles)
        with mock.patch("search.refreshing.SLICE", 2):
            found = self.indexed()
        self.assertEqual(set(found.values()), {50})

    def test_what_a_look_costs_does_not_grow_with_what_changed(self):
        articles = [self.article, *(make_article() for _number in range(4))]
        jobs.sync()
        self.view(500, *articles)
        refreshing.refresh()
        refreshing.refresh()
        with self.assertNumQueries(3):
            refreshing.refresh()
