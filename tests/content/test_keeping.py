from datetime import datetime, timedelta
from unittest.mock import Mock

import time_machine
from django.core.cache import caches
from django.test import TestCase
from django.utils import timezone, translation

from content import stamps
from content.keeping import kept
from content.models import Content
from tests.factories import make_article, make_package

NOON = timezone.make_aware(datetime(2026, 5, 20, 12))


class KeepingTests(TestCase):
    def setUp(self):
        caches["template_fragments"].clear()
        self.make = Mock(side_effect=iter(range(99)))

    def ask(self, name="titles", subjects=(stamps.CONTENT,), **options):
        return kept(name, subjects, self.make, **options)

    def test_what_was_made_is_shown_again_until_something_changes(self):
        self.assertEqual([self.ask(), self.ask()], [0, 0])
        make_article()
        self.assertEqual([self.ask(), self.ask()], [1, 1])

    def test_what_another_subject_shows_is_not_made_anew(self):
        self.ask(subjects=[stamps.GLOSSARY])
        make_article()
        self.assertEqual(self.ask(subjects=[stamps.GLOSSARY]), 0)

    def test_each_name_and_each_language_has_its_own(self):
        self.assertEqual(self.ask(), 0)
        self.assertEqual(self.ask(name="others"), 1)
        with translation.override("en"):
            self.assertEqual(self.ask(), 2)

    def test_what_was_taken_down_is_gone_at_once(self):
        article = make_article()
        self.ask()
        article.set_moderation(Content.Moderation.REMOVED)
        self.assertEqual(self.ask(), 1)

    def test_nothing_is_kept_beyond_the_next_publication(self):
        with time_machine.travel(NOON, tick=False) as clock:
            make_article(published_at=NOON + timedelta(minutes=10))
            make_package(published_at=NOON + timedelta(minutes=20))
            make_article(published_at=NOON + timedelta(minutes=1), status=Content.Status.DRAFT)
            for minutes, expected in ((0, 0), (9, 0), (10.1, 1), (19, 1), (20.1, 2), (40, 2)):
                clock.move_to(NOON + timedelta(minutes=minutes))
                with self.subTest(minutes):
                    self.assertEqual(self.ask(), expected)

    def test_what_appears_while_something_is_made_is_not_missed_afterwards(self):
        with time_machine.travel(NOON, tick=False) as clock:
            make_article(published_at=NOON + timedelta(seconds=1))
            self.make.side_effect = lambda: clock.shift(2)
            self.ask()
            self.ask()
        self.assertEqual(self.make.call_count, 2)

    def test_it_is_made_anew_after_its_time(self):
        with time_machine.travel(NOON, tick=False) as clock:
            self.ask(seconds=60)
            clock.shift(61)
            self.assertEqual(self.ask(seconds=60), 1)

    def test_what_could_not_be_made_is_tried_again(self):
        self.make.side_effect = [ValueError, "made"]
        with self.assertRaises(ValueError):
            self.ask()
        self.assertEqual(self.ask(), "made")

    def test_nothing_is_something_that_can_be_kept(self):
        self.make.side_effect = [None, 1]
        self.assertIsNone(self.ask())
        self.assertIsNone(self.ask())

    def test_a_page_that_knows_its_stamps_asks_the_database_nothing(self):
        make_article()
        present = stamps.current()
        self.ask(present=present)
        with self.assertNumQueries(0):
            self.ask(present=present)
