"""search_check tells in what an index and the database differ, and heals it."""

import io
import json

from django.core.management import CommandError, call_command
from django.test import TestCase

from articles.models import Article
from search import registry
from search.engines.errors import IndexUnusable
from search.rebuilding import rebuild
from tests.factories import make_article, make_package
from tests.search.memory import MemoryIndexMixin
from tests.search.test_search_sync import RealIndexMixin, run
from tests.search.two_engines import TwoEnginesMixin


class SearchCheckTests(MemoryIndexMixin, TestCase):
    def setUp(self):
        super().setUp()
        self.article, self.package = make_article(), make_package()
        rebuild(self.engine)

    def check(self, *arguments):
        """The result and the exit code."""
        out = io.StringIO()
        try:
            call_command("search_check", "--json", *arguments, stdout=out)
        except CommandError as error:
            return json.loads(out.getvalue()), error.returncode
        return json.loads(out.getvalue()), 0

    def disturb(self):
        """One document of each kind of difference; returns their identifiers."""
        missing, stale = self.article, self.package
        ghost = make_article()
        rebuild(self.engine)
        # Behind the back of the signals, as a restored backup would.
        Article.objects.filter(pk=ghost.pk).update(status=Article.Status.DRAFT)
        type(stale).objects.filter(pk=stale.pk).update(title="另一个标题")
        del self.backend.documents[f"articles.article.{missing.pk}"]
        return [
            [f"articles.article.{missing.pk}"],
            [f"downloads.package.{stale.pk}"],
            [f"articles.article.{ghost.pk}"],
        ]

    def test_an_index_in_step_is_healthy(self):
        result, code = self.check()
        self.assertEqual((result["ok"], result["documents"], code), (True, 2, 0))

    def test_more_views_are_no_other_version(self):
        Article._base_manager.update(views=1000)
        self.assertEqual(self.check()[1], 0)

    def test_missing_stale_and_ghost_documents_are_named_and_unhealthy(self):
        missing, stale, ghosts = self.disturb()
        result, code = self.check()
        self.assertEqual(
            (result["missing"], result["stale"], result["ghosts"], code),
            (missing, stale, ghosts, 1),
        )

    def test_repair_heals_all_of_it(self):
        self.disturb()
        result, code = self.check("--repair")
        self.assertEqual((result["ok"], result["repaired"], code), (True, True, 0))
        self.assertEqual(self.check()[1], 0)

    def test_a_ghost_of_a_model_that_is_gone_can_be_repaired(self):
        self.backend.documents["old.thing.1"] = {"version": "x"}
        self.assertEqual(self.check()[0]["ghosts"], ["old.thing.1"])
        self.assertEqual(self.check("--repair")[1], 0)

    def test_an_index_that_cannot_be_read_is_unhealthy(self):
        self.backend.error = IndexUnusable("damaged")
        with self.assertRaisesMessage(CommandError, "damaged"):
            run("search_check")

    def test_people_read_counts_and_names(self):
        missing, _stale, _ghosts = self.disturb()
        out = io.StringIO()
        with self.assertRaises(CommandError):
            call_command("search_check", stdout=out)
        self.assertIn("missing: 1\n  " + missing[0], out.getvalue())


class RealIndexCheckTests(RealIndexMixin, TestCase):
    def test_an_index_that_was_just_built_agrees_with_the_database(self):
        make_article(tags=["Redis", "缓存"])
        make_package(files={"js/a.min.js": b"1"})
        call_command("search_sync", "--once", verbosity=0)
        result = json.loads(run("search_check", "--json"))
        self.assertEqual((result["ok"], result["documents"]), (True, 2))

    def test_an_emptied_index_is_healed(self):
        make_article()
        call_command("search_sync", "--once", verbosity=0)
        self.backend.clear()
        result = json.loads(run("search_check", "--json", "--repair"))
        self.assertEqual((len(result["missing"]), result["repaired"]), (1, True))


class TwoEnginesCheckTests(TwoEnginesMixin, TestCase):
    def test_a_server_that_is_away_does_not_keep_the_embedded_index_from_its_turn(self):
        make_article()
        rebuild(registry.register("embedded"))
        out = io.StringIO()
        with self.assertRaisesMessage(CommandError, "default"):
            call_command("search_check", "--json", stdout=out)
        found = json.loads(out.getvalue())
        self.assertFalse(found["ok"])
        self.assertIn("out of reach", found["engines"]["default"]["error"])
        self.assertEqual(
            (found["engines"]["embedded"]["ok"], found["engines"]["embedded"]["documents"]),
            (True, 1),
        )
        self.assertTrue(json.loads(run("search_check", "--json", "--using", "embedded"))["ok"])

    def test_embedded_indexes_alone_can_be_drained_while_a_server_is_away(self):
        make_article()
        run("search_sync", "--once", "--embedded", verbosity=0)
        self.assertEqual(self.spare.document_count(), 1)
        with self.assertRaisesMessage(CommandError, "default"):
            run("search_sync", "--once", verbosity=0)
