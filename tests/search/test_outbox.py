"""The outbox: what is written with a change, and how a drain survives all that goes wrong."""

import contextlib
import random
from datetime import timedelta
from unittest import mock

from django.db import connection, transaction
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from articles.models import Article
from search import batches, outbox, registry
from search.batches import MAX_ATTEMPTS, backoff
from search.draining import drain, drain_now
from search.engines.errors import IndexBusy, IndexUnusable, QueryRefused, SearchFailure
from search.models import Engine, OutboxRow
from tests.factories import make_article, make_tag
from tests.search.memory import MemoryIndexMixin


def identifier(article: Article) -> str:
    return f"articles.article.{article.pk}"


def drain_all(engine: Engine) -> None:
    """Drain as a worker would in the long run: whatever waits is due, leases have run out."""
    OutboxRow.objects.update(due_at=timezone.now(), lease=None, leased_until=None)
    drain(engine)


class NoteTests(MemoryIndexMixin, TestCase):
    def test_an_object_has_one_row_however_often_it_changes(self):
        article = make_article()
        OutboxRow.objects.all().delete()
        for _time in range(3):
            outbox.note(article)
        self.assertEqual(OutboxRow.objects.count(), 1)

    def test_a_change_gives_a_parked_row_a_new_beginning(self):
        article = make_article()
        OutboxRow.objects.update(parked=True, attempts=8, error="broken")
        before = OutboxRow.objects.get(object_id=article.pk, model="articles.article")
        outbox.note(article)
        after = OutboxRow.objects.get(pk=before.pk)
        self.assertNotEqual(before.change, after.change)
        self.assertEqual((after.parked, after.attempts, after.error), (False, 0, ""))
        self.assertEqual(after.changed_at, before.changed_at, "the index is behind since then")

    def test_the_lease_stays_with_the_drainer_that_writes_the_object(self):
        article = make_article()
        until = timezone.now() + timedelta(seconds=20)
        OutboxRow.objects.update(lease="0" * 32, leased_until=until)
        outbox.note(article)
        row = OutboxRow.objects.get(model="articles.article", object_id=article.pk)
        self.assertEqual(row.leased_until, until)

    def test_without_an_engine_nothing_is_written_and_saving_works(self):
        Engine.objects.all().delete()
        make_article()
        self.assertFalse(OutboxRow.objects.exists())

    def test_every_engine_has_a_row_of_its_own(self):
        Engine.objects.create(
            name="default@elsewhere:1", connection="default", seen_at=timezone.now()
        )
        article = make_article()
        rows = OutboxRow.objects.filter(model="articles.article", object_id=article.pk)
        self.assertEqual(rows.count(), 2)

    def test_a_host_unseen_for_a_week_gets_no_rows_and_is_forgotten_later(self):
        gone = Engine.objects.create(
            name="default@gone:1", connection="default", seen_at=timezone.now() - timedelta(days=7)
        )
        make_article()
        self.assertFalse(gone.outbox.exists())
        self.assertEqual(registry.forget_unseen(), 0)
        Engine.objects.filter(pk=gone.pk).update(seen_at=timezone.now() - timedelta(days=9))
        self.assertEqual(registry.forget_unseen(), 1)

    def test_a_host_that_returns_after_a_week_has_to_build_its_index_again(self):
        Engine.objects.update(seen_at=timezone.now() - timedelta(days=30))
        self.assertEqual(registry.forget_unseen(), 0, "a host does not forget itself")
        self.assertIsNone(registry.register("default").built_at)

    def test_many_changes_in_one_transaction_are_drained_by_one_callback(self):
        with self.captureOnCommitCallbacks() as callbacks, transaction.atomic():
            make_article(tags=["一", "二"])
            make_article()
        self.assertEqual(len(callbacks), 1)

    def test_a_change_after_a_rolled_back_savepoint_is_still_drained(self):
        article = make_article()
        OutboxRow.objects.all().delete()
        with self.captureOnCommitCallbacks(execute=True) as callbacks, transaction.atomic():
            with contextlib.suppress(ValueError), transaction.atomic():
                outbox.note(article)
                raise ValueError
            outbox.note(article)
        self.assertEqual(len(callbacks), 1)
        self.assertIn(identifier(article), self.backend.documents)

    def test_engines_are_asked_for_once_in_a_transaction(self):
        first, second = make_article(), make_article()
        with transaction.atomic():
            outbox.note(first)
            with self.assertNumQueries(1):
                outbox.note(second)


class DrainTests(MemoryIndexMixin, TestCase):
    def setUp(self):
        super().setUp()
        self.article = make_article(title="第一个标题")
        OutboxRow.objects.all().delete()

    def rows(self):
        return OutboxRow.objects.filter(model="articles.article")

    def test_what_was_saved_is_in_the_index_after_the_commit_and_not_before(self):
        with self.captureOnCommitCallbacks() as callbacks:
            self.article.save()
            self.assertEqual(self.backend.documents, {})
        callbacks[0]()
        self.assertEqual(self.backend.documents[identifier(self.article)]["title"], "第一个标题")
        self.assertFalse(self.rows().exists())

    def test_a_withdrawn_article_is_evicted(self):
        with self.saved():
            self.article.save()
        with self.saved():
            self.article.status = Article.Status.DRAFT
            self.article.save()
        self.assertEqual(self.backend.documents, {})

    def test_a_scheduled_article_is_in_the_index(self):
        with self.saved():
            later = make_article(published_at=timezone.now() + timedelta(days=1))
        self.assertIn(identifier(later), self.backend.documents)

    def test_a_search_outage_does_not_undo_the_save(self):
        for error in (SearchFailure("out"), IndexBusy("busy"), OSError("disk full")):
            with self.subTest(error=error):
                self.backend.error = error
                with self.assertLogs("search.draining", "WARNING"), self.saved():
                    self.article.title = repr(error)
                    self.article.save()
                row = self.rows().get()
                self.assertEqual((row.attempts, row.lease), (0, None), "not the document's fault")
                self.assertIn(str(error), row.error)
        self.backend.error = None
        drain_all(self.engine)
        self.assertIn(identifier(self.article), self.backend.documents)

    def test_a_mistake_in_our_program_is_logged_with_its_traceback_and_costs_no_save(self):
        with (
            mock.patch("search.batches.dependencies", side_effect=TypeError("mistake")),
            self.assertLogs("django", "ERROR") as logs,
            self.saved(),
        ):
            self.article.save()
        self.assertIsNotNone(logs.records[0].exc_info)
        self.assertTrue(self.rows().exists())

    def test_a_damaged_index_is_marked_for_building(self):
        self.backend.error = IndexUnusable("damaged")
        with self.assertLogs("search.draining", "WARNING"), self.saved():
            self.article.save()
        self.engine.refresh_from_db()
        self.assertIsNone(self.engine.built_at)

    def test_one_bad_document_does_not_fail_its_batch(self):
        others = [make_article() for _number in range(3)]
        outbox.note(self.article)
        self.backend.poison[identifier(self.article)] = ValueError("bad document")
        with self.assertLogs("search.batches", "ERROR"):
            drained = drain(self.engine)
        self.assertEqual(set(self.backend.documents), {identifier(each) for each in others})
        self.assertEqual((drained.failed, self.rows().get().attempts), (1, 1))
        self.assertIn("bad document", self.rows().get().error)

    def test_a_document_that_fails_eight_times_is_parked_and_can_be_tried_again(self):
        outbox.note(self.article)
        self.backend.poison[identifier(self.article)] = ValueError("bad document")
        with self.assertLogs("search.batches", "ERROR"):
            for _attempt in range(MAX_ATTEMPTS):
                self.assertFalse(self.rows().get().parked)
                drain_all(self.engine)
        self.assertTrue(self.rows().get().parked)
        self.assertEqual(drain(self.engine).failed, 0, "a parked row is left alone")
        self.backend.poison.clear()
        with self.saved():
            self.assertEqual(outbox.retry(self.rows()), 1)
        self.assertFalse(self.rows().exists())
        self.assertIn(identifier(self.article), self.backend.documents)

    def test_a_document_too_large_for_the_server_is_parked_and_the_others_are_written(self):
        others = [make_article() for _number in range(3)]
        outbox.note(self.article)
        self.backend.poison[identifier(self.article)] = QueryRefused("too large")
        for _attempt in range(MAX_ATTEMPTS):
            drain_all(self.engine)
        self.assertTrue(self.rows().get().parked)
        self.assertEqual(set(self.backend.documents), {identifier(each) for each in others})

    def test_a_change_during_the_writing_is_written_once_more(self):
        outbox.note(self.article)

        def change(_identifiers):
            self.backend.before = lambda _identifiers: None
            Article.objects.filter(pk=self.article.pk).update(title="第二个标题")
            outbox.note(self.article)

        self.backend.before = change
        drain(self.engine)
        self.assertEqual(self.backend.documents[identifier(self.article)]["title"], "第二个标题")
        self.assertFalse(self.rows().exists())

    def test_a_drainer_that_lost_its_lease_writes_nothing_last(self):
        outbox.note(self.article)

        def stall(_identifiers):
            # While this drainer hangs its lease runs out, and another does all the work.
            self.backend.before = lambda _identifiers: None
            Article.objects.filter(pk=self.article.pk).update(title="第二个标题")
            outbox.note(self.article)
            drain_all(self.engine)

        self.backend.before = stall
        drain(self.engine)
        self.assertEqual(self.backend.documents[identifier(self.article)]["title"], "第二个标题")
        self.assertFalse(self.rows().exists())

    def test_rows_of_a_killed_drainer_are_taken_once_its_lease_has_run_out(self):
        outbox.note(self.article)
        self.rows().update(lease="1" * 32, leased_until=timezone.now() + timedelta(seconds=5))
        self.assertEqual(drain(self.engine).written, 0)
        self.rows().update(leased_until=timezone.now() - timedelta(seconds=1))
        self.assertEqual(drain(self.engine).written, 1)

    def test_a_request_drains_what_was_saved_just_now_before_an_older_queue(self):
        old = [make_article() for _number in range(15)]
        OutboxRow.objects.update(due_at=timezone.now() - timedelta(minutes=5))
        outbox.note(self.article)
        # The budget is used up when the first batch is done.
        clock = iter([0.0, 0.0, 0.0, 0.0, 9.0])
        with mock.patch("search.draining.time") as time:
            time.monotonic = lambda: next(clock)
            drain_now()
        self.assertIn(identifier(self.article), self.backend.documents)
        self.assertLess(len(self.backend.documents), len(old), "the rest is the worker's")

    @override_settings(SEARCH_DRAIN_SECONDS=0)
    def test_a_request_without_a_budget_leaves_everything_to_the_worker(self):
        with self.saved():
            self.article.save()
        self.assertEqual(self.rows().count(), 1)

    def test_the_number_of_queries_does_not_grow_with_the_number_of_rows(self):
        counts = []
        for number in (2, 12):
            OutboxRow.objects.all().delete()
            for _time in range(number):
                make_article(tags=["一", "二"])
            with self.subTest(number):
                drained_queries = self._queries()
            counts.append(drained_queries)
        self.assertEqual(counts[0], counts[1])

    def _queries(self):
        with CaptureQueriesContext(connection) as queries:
            drain(self.engine)
        return len(queries)

    def test_rows_of_a_model_that_is_gone_are_dropped(self):
        OutboxRow.objects.create(
            engine=self.engine, model="old.thing", object_id="1",
            changed_at=timezone.now(), due_at=timezone.now(),
        )  # fmt: skip
        OutboxRow.objects.create(
            engine=self.engine, model="articles.article", object_id="not-a-number",
            changed_at=timezone.now(), due_at=timezone.now(),
        )  # fmt: skip
        drain(self.engine)
        self.assertFalse(OutboxRow.objects.exists())

    def test_a_tag_on_many_articles_is_left_to_the_worker(self):
        tag = make_tag("流行")
        for _number in range(4):
            make_article(tags=["流行"])
        OutboxRow.objects.all().delete()
        few = batches.Pace(batch=10, fan_out=3, newest_first=True)
        outbox.note(tag)
        drain(self.engine, pace=few)
        self.assertEqual(self.backend.documents, {})
        self.assertEqual(OutboxRow.objects.get().model, "content.tag")
        drain_all(self.engine)
        self.assertEqual(len(self.backend.documents), 4)


class BackoffTests(MemoryIndexMixin, TestCase):
    def test_a_document_waits_from_about_a_second_to_at_most_ten_minutes(self):
        random.seed(1)
        waits = [backoff(attempts).total_seconds() for attempts in range(1, 20)]
        self.assertTrue(0.7 <= waits[0] <= 1.3)
        self.assertTrue(all(wait <= 600 for wait in waits))
        self.assertGreater(waits[-1], 400)
        self.assertGreater(len({backoff(5) for _time in range(5)}), 1, "not all at once")


class OutboxStateTests(MemoryIndexMixin, HypothesisTestCase):
    """Whatever happens in whatever order, a last drain leaves the index like the database."""

    STEPS = st.sampled_from(["edit", "withdraw", "publish", "delete", "drain", "outage", "fail"])

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(STEPS, st.integers(0, 2)), max_size=10))
    def test_nothing_is_lost_between_the_database_and_the_index(self, steps):
        self.backend.documents.clear()
        articles = [make_article(status=Article.Status.DRAFT) for _number in range(3)]
        for number, (step, which) in enumerate(steps):
            article = articles[which]
            if article.pk is None:
                continue
            self._step(step, article, number)
        self.backend.error = None
        self.backend.poison.clear()
        OutboxRow.objects.update(parked=False)
        drain_all(self.engine)
        wanted = {identifier(each): each.title for each in Article.objects.indexable()}
        held = {key: data["title"] for key, data in self.backend.documents.items()}
        self.assertEqual(held, wanted)
        self.assertFalse(OutboxRow.objects.exists())

    def _step(self, step, article, number):
        if step == "edit":
            article.title = f"标题之{number}"
            article.save()
        elif step == "withdraw":
            article.status = Article.Status.DRAFT
            article.save()
        elif step == "publish":
            article.status = Article.Status.PUBLISHED
            article.save()
        elif step == "delete":
            article.purge()
        elif step == "outage":
            self.backend.error = None if self.backend.error else SearchFailure("out")
        elif step == "fail":
            self.backend.poison[identifier(article)] = ValueError("bad")
        elif step == "drain":
            with contextlib.suppress(SearchFailure):
                drain(self.engine)
