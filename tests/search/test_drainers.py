"""Several drainers and authors at the same time, each with a connection of its own."""

import threading

from django.db import connection, transaction
from django.test import TransactionTestCase, skipUnlessDBFeature

from articles.models import Article
from search import outbox
from search.draining import drain
from search.models import OutboxRow
from tests.factories import make_article
from tests.search.memory import MemoryIndexMixin


@skipUnlessDBFeature("has_select_for_update_skip_locked")
class ManyDrainersTests(MemoryIndexMixin, TransactionTestCase):
    """On PostgreSQL; SQLite in memory has one connection, and in a file one writer at a time."""

    def in_threads(self, *functions):
        errors = []

        def run(function):
            try:
                function()
            except Exception as error:
                errors.append(error)
                raise
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[each]) for each in functions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(errors, [])

    def test_each_row_is_written_by_one_of_them(self):
        articles = [make_article() for _number in range(60)]
        OutboxRow.objects.all().delete()
        self.backend.batches.clear()
        outbox.note_keys([(Article, each.pk) for each in articles], engines=[self.engine.pk])
        self.in_threads(*[lambda: drain(self.engine)] * 4)
        self.assertFalse(OutboxRow.objects.exists())
        self.assertEqual(sum(self.backend.batches), 60)

    def test_a_row_that_an_author_is_writing_keeps_nobody_waiting(self):
        first, second = make_article(), make_article()
        OutboxRow.objects.all().delete()
        self.backend.documents.clear()
        outbox.note_keys([(Article, each.pk) for each in (first, second)], engines=[self.engine.pk])
        with transaction.atomic():
            outbox.note_keys([(Article, first.pk)], engines=[self.engine.pk])
            # Not committed yet: the other drainer must neither wait nor take it.
            self.in_threads(lambda: drain(self.engine))
            self.assertEqual(set(self.backend.documents), {f"articles.article.{second.pk}"})
        drain(self.engine)
        self.assertFalse(OutboxRow.objects.exists())

    def test_authors_who_save_while_others_drain_lose_nothing(self):
        articles = [make_article() for _number in range(5)]

        def write():
            for number in range(8):
                for article in articles:
                    mine = Article.objects.get(pk=article.pk)
                    mine.title = f"{threading.get_ident()} {number}"
                    mine.save()

        self.in_threads(write, write, *[lambda: [drain(self.engine) for _time in range(20)]] * 2)
        drain(self.engine)
        held = {key: data["title"] for key, data in self.backend.documents.items()}
        wanted = {f"articles.article.{each.pk}": each.title for each in Article.objects.all()}
        self.assertEqual(held, wanted)
        self.assertFalse(OutboxRow.objects.exists())
