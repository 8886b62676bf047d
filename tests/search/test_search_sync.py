"""What an operator sees of search_sync, rebuild_index and the worker's job, on a real index."""

import io
import json
import os
from datetime import timedelta
from pathlib import Path
from unittest import mock

from django.core.management import CommandError, call_command
from django.test import TestCase
from django.utils import timezone
from haystack import connections

from articles.models import Article
from search import jobs, outbox, registry
from search.engines.errors import IndexBusy, QueryRefused, SearchFailure
from search.engines.sqlite.rebuild import Rebuild
from search.management.commands import rebuild_index, search_sync
from search.models import Engine, OutboxRow
from search.rebuilding import rebuild
from tests.factories import make_article, make_package
from tests.search.memory import MemoryIndexMixin


def run(command, *arguments, **options):
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


class RealIndexMixin:
    """An empty index file, without a registered engine, before each test."""

    def setUp(self):
        super().setUp()
        self.backend = connections["default"].get_backend()
        self.backend.clear()
        jobs._usable.clear()
        self.addCleanup(self.backend.clear)

    def identifiers(self):
        return {identifier for identifier, _version in self.backend.versions()}


class RebuildTests(RealIndexMixin, TestCase):
    def test_it_registers_the_engine_and_indexes_articles_and_packages(self):
        article, package = make_article(), make_package()
        make_article(status=Article.Status.DRAFT)
        self.assertFalse(OutboxRow.objects.exists(), "no engine, no rows")
        out = run(rebuild_index.Command(), "--noinput")
        self.assertIn("2 documents", out)
        self.assertEqual(
            self.identifiers(),
            {f"articles.article.{article.pk}", f"downloads.package.{package.pk}"},
        )
        engine = Engine.objects.get()
        self.assertIsNotNone(engine.built_at)
        self.assertTrue(engine.name.startswith("embedded@"))

    def test_what_changes_while_it_builds_is_in_the_new_index(self):
        article = make_article(title="旧标题")
        engine = registry.register("default")

        def change(_done, _total):
            article.title = "新标题"
            with self.captureOnCommitCallbacks(execute=True):
                article.save()

        rebuild(engine, progress=change)
        found = connections["default"].get_backend().search("新标题")
        self.assertEqual([hit.pk for hit in found["results"]], [str(article.pk)])
        self.assertFalse(OutboxRow.objects.exists())

    def test_a_broken_document_does_not_stop_the_others(self):
        good, bad = make_article(), make_article(title="坏")
        engine = registry.register("default")
        prepare = "articles.search_indexes.ArticleIndex.prepare_group"

        def fail(_self, article):
            if article.title == "坏":
                raise ValueError("broken")

        with mock.patch(prepare, fail), self.assertLogs("search.rebuilding", "ERROR"):
            rebuild(engine)
        self.assertEqual(self.identifiers(), {f"articles.article.{good.pk}"})
        self.assertEqual(OutboxRow.objects.get(model="articles.article").object_id, str(bad.pk))

    def rebuild_refusing(self, refused):
        update = Rebuild.update

        def refuse(fresh, index, objects):
            if any(refused(each) for each in objects):
                raise QueryRefused("too large")
            update(fresh, index, objects)

        with mock.patch.object(Rebuild, "update", refuse):
            return rebuild(registry.register("default"))

    def test_a_document_that_the_engine_refuses_does_not_stop_the_others(self):
        good, bad = make_article(), make_article(title="大")
        with self.assertLogs("search.rebuilding", "ERROR"):
            self.rebuild_refusing(lambda article: article.title == "大")
        self.assertEqual(self.identifiers(), {f"articles.article.{good.pk}"})
        self.assertEqual(OutboxRow.objects.get(model="articles.article").object_id, str(bad.pk))

    def test_where_the_engine_refuses_everything_the_old_index_stays(self):
        kept = {f"articles.article.{make_article().pk}" for _number in range(3)}
        rebuild(registry.register("default"))
        with (
            self.assertLogs("search.rebuilding", "ERROR"),
            self.assertRaisesMessage(SearchFailure, "the old index stays"),
        ):
            self.rebuild_refusing(lambda article: True)
        self.assertEqual(self.identifiers(), kept)

    def test_search_answers_from_the_old_index_until_the_new_one_is_complete(self):
        make_article()
        engine = registry.register("default")
        rebuild(engine)
        make_article()
        counts = []
        rebuild(engine, progress=lambda *_ignored: counts.append(self.backend.document_count()))
        self.assertEqual((counts, self.backend.document_count()), ([1], 2))

    def test_an_unknown_connection_is_wrong_usage(self):
        with self.assertRaises(CommandError) as caught:
            run(rebuild_index.Command(), "--noinput", "--using", "nowhere")
        self.assertEqual(caught.exception.returncode, 2)


class UpdateAndClearTests(RealIndexMixin, TestCase):
    def test_update_index_adds_what_is_missing_and_removes_what_is_gone(self):
        article, gone = make_article(), make_article()
        run("update_index", verbosity=0)
        self.assertEqual(self.backend.document_count(), 2)
        Article.objects.filter(pk=gone.pk).update(status=Article.Status.DRAFT)
        run("update_index", "--remove", verbosity=0)
        self.assertEqual(self.identifiers(), {f"articles.article.{article.pk}"})

    def test_clear_index_leaves_nothing(self):
        make_article()
        run("update_index", verbosity=0)
        run("clear_index", "--noinput", verbosity=0)
        self.assertEqual(self.backend.document_count(), 0)


class WorkerJobTests(RealIndexMixin, TestCase):
    def test_the_first_run_on_a_host_builds_its_index(self):
        make_article()
        self.assertTrue(jobs.sync(), "it wants to be called again at once")
        self.assertEqual(self.backend.document_count(), 1)
        self.assertFalse(jobs.sync())

    def test_an_index_file_that_went_missing_is_built_again(self):
        make_article()
        jobs.sync()
        path = Path(connections.connections_info["default"]["PATH"])
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()
        jobs.sync()
        self.assertEqual(self.backend.document_count(), 1)

    def test_a_damaged_index_file_is_built_again(self):
        make_article()
        jobs.sync()
        jobs._usable.clear()
        path = Path(connections.connections_info["default"]["PATH"])
        self.backend.close()
        for each in path.parent.glob(f"{path.name}-*"):
            each.unlink()
        path.write_bytes(os.urandom(8192))
        with self.assertLogs("search.jobs", "WARNING"):
            jobs.sync()
        self.assertEqual(self.backend.document_count(), 1)

    def test_a_host_that_returns_after_a_week_builds_again(self):
        make_article()
        jobs.sync()
        Article.objects.update(status=Article.Status.DRAFT)  # unheard, as by another host
        Engine.objects.update(seen_at=timezone.now() - timedelta(days=8))
        jobs.sync()
        self.assertEqual(self.backend.document_count(), 0)

    def test_an_index_that_another_process_builds_is_no_failure(self):
        with mock.patch("search.jobs.rebuild", side_effect=IndexBusy("building")):
            self.assertFalse(jobs.sync())


class SearchSyncTests(MemoryIndexMixin, TestCase):
    def setUp(self):
        super().setUp()
        jobs._usable.clear()
        self.article = make_article()
        OutboxRow.objects.exclude(model="articles.article").delete()

    def test_once_drains_what_is_due_and_says_how_much(self):
        result = json.loads(run("search_sync", "--once", "--json"))
        self.assertEqual(result, {"written": 1, "failed": 0, "parked": 0})
        self.assertFalse(OutboxRow.objects.exists())
        self.assertEqual(json.loads(run("search_sync", "--once", "--json"))["written"], 0)

    def test_an_engine_that_fails_is_an_unhealthy_end(self):
        self.backend.error = SearchFailure("out of order")
        with self.assertRaisesMessage(CommandError, "out of order"):
            run("search_sync", "--once", verbosity=0)

    def test_a_bad_document_is_an_unhealthy_end_and_the_others_are_written(self):
        other = make_article()
        self.backend.poison[f"articles.article.{self.article.pk}"] = ValueError("bad")
        with self.assertLogs("search.batches"), self.assertRaises(CommandError):
            run("search_sync", "--once", verbosity=0)
        self.assertIn(f"articles.article.{other.pk}", self.backend.documents)

    def test_a_loop_that_is_told_to_stop_ends_between_two_batches(self):
        command = search_sync.Command(stdout=io.StringIO())

        def tell(_identifiers):
            command.orders.put(15)
            outbox.note(self.article)

        self.backend.before = tell
        call_command(command)
        # Noted again while it was written: left, not lost.
        self.assertEqual(OutboxRow.objects.filter(lease=None).count(), 1)
