"""What /healthz and the admins are told about search."""

import time
from datetime import timedelta
from unittest import mock

from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.db import OperationalError, connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from search import breaker, checks, health
from search.engines.errors import IndexBusy, SearchFailure
from search.models import Engine, OutboxRow
from tests.factories import make_article
from tests.search.elasticsearch_peers import Peer, silent
from tests.search.memory import MemoryIndexMixin
from tests.search.two_engines import TwoEnginesMixin


class EngineHealthTests(MemoryIndexMixin, TestCase):
    def test_an_index_in_step_is_well(self):
        facts = health.engine()
        self.assertTrue(facts["ok"])
        self.assertEqual((facts["lag_seconds"], facts["parked"], facts["critical"]), (0, 0, False))

    def test_an_index_that_is_behind_says_by_how_much(self):
        make_article()
        OutboxRow.objects.update(changed_at=timezone.now() - timedelta(minutes=5))
        facts = health.engine()
        self.assertFalse(facts["ok"])
        self.assertGreaterEqual(facts["lag_seconds"], 299)

    def test_parked_documents_are_counted_and_are_no_lag(self):
        make_article()
        rows = OutboxRow.objects.count()
        OutboxRow.objects.update(parked=True, changed_at=timezone.now() - timedelta(days=1))
        facts = health.engine()
        self.assertEqual((facts["parked"], facts["lag_seconds"], facts["ok"]), (rows, 0, True))

    def test_an_index_that_was_never_built_is_not_well(self):
        Engine.objects.all().delete()
        self.assertFalse(health.engine()["ok"])

    def test_an_outage_is_told_and_never_raised(self):
        self.backend.error = SearchFailure("out of order")
        self.assertEqual(health.engine()["error"], "SearchFailure")
        with mock.patch("search.registry.local_names", side_effect=OperationalError("away")):
            self.assertFalse(health.engine()["reachable"])


class TwoEnginesHealthTests(TwoEnginesMixin, TestCase):
    def setUp(self):
        super().setUp()
        self.built("default")
        self.built("embedded")

    def test_the_spare_is_told_from_the_server_that_is_away(self):
        with self.assertLogs("search.health", "ERROR"):
            facts = health.engine()
        self.assertFalse(facts["ok"])
        self.assertFalse(facts["engines"]["default"]["reachable"])
        self.assertEqual(facts["error"], "ServerUnreachable")
        self.assertTrue(facts["engines"]["embedded"]["reachable"])
        self.assertEqual(facts["documents"], {"default": None, "embedded": 0})

    def test_the_engine_in_use_and_the_breaker_are_told(self):
        with self.assertLogs("search.health", "ERROR"):
            self.assertEqual(health.engine()["in_use"], "elasticsearch")
            breaker.of("default").failed(IndexBusy("full"))
            facts = health.engine()
        self.assertEqual((facts["in_use"], facts["breaker"]), ("sqlite", "open"))
        self.assertEqual(facts["breaker_error"], "IndexBusy")

    def test_each_engine_says_how_far_it_is_behind(self):
        make_article()
        past = timezone.now() - timedelta(minutes=5)
        OutboxRow.objects.filter(engine__name="default").update(changed_at=past)
        with self.assertLogs("search.health", "ERROR"):
            facts = health.engine()
        self.assertGreaterEqual(facts["lag_seconds"], 299)
        self.assertLess(facts["engines"]["embedded"]["lag_seconds"], 60)


class ServerCheckTests(TwoEnginesMixin, TestCase):
    def test_a_server_out_of_reach_is_told_before_deployment(self):
        found = checks.servers_are_ours(None)
        self.assertEqual([message.id for message in found], ["search.E003"])
        self.assertIn("out of reach", found[0].msg)

    def test_a_stalled_server_keeps_the_check_for_some_seconds_at_most(self):
        peer = Peer(silent)
        self.addCleanup(peer.close)
        self.use({"default": self.server_options() | {"URL": peer.url, "TIMEOUT": 60}})
        started = time.monotonic()
        with mock.patch("search.checks._SERVER_SECONDS", 0.3):
            self.assertEqual(len(checks.servers_are_ours(None)), 1)
        self.assertLess(time.monotonic() - started, 5)

    def test_an_address_that_makes_no_sense_is_told_without_its_password(self):
        self.use({"default": self.server_options() | {"URL": "http://u:hidden@host?speed=9"}})
        (message,) = checks.connections_make_sense(None)
        self.assertEqual(message.id, "search.E002")
        self.assertIn("speed", message.msg)
        self.assertNotIn("hidden", message.msg)


class CheckTests(TestCase):
    @override_settings(HAYSTACK_SIGNAL_PROCESSOR="haystack.signals.BaseSignalProcessor")
    def test_a_site_that_hears_no_changes_is_told(self):
        self.assertIn("search.E001", [message.id for message in run_checks(tags=["search"])])

    @override_settings(HAYSTACK_CONNECTIONS={"default": {"ENGINE": "x"}})
    def test_an_engine_that_hides_its_failures_is_told_before_deployment(self):
        self.assertEqual([message.id for message in checks.outages_are_loud(None)], ["search.W002"])


class AdminTests(MemoryIndexMixin, TestCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(get_user_model().objects.create_superuser("boss"))
        self.article = make_article()
        OutboxRow.objects.filter(model="articles.article").update(
            parked=True, attempts=8, error="ValueError: <b>bad</b>"
        )

    def test_the_list_of_engines_shows_what_waits_and_what_is_parked(self):
        response = self.client.get(reverse("admin:search_engine_changelist"))
        self.assertContains(response, self.engine.name)
        self.assertContains(response, '<td class="field-parked">1</td>', html=True)

    def test_the_lists_cost_the_same_with_more_rows(self):
        for name in ("engine", "outboxrow"):
            url = reverse(f"admin:search_{name}_changelist")
            self.client.get(url)
            with self.subTest(name):
                before = self._queries(url)
                for number in range(5):
                    engine = Engine.objects.create(
                        name=f"{name}{number}", connection="default", seen_at=timezone.now()
                    )
                    OutboxRow.objects.create(
                        engine=engine, model="articles.article", object_id=number,
                        changed_at=timezone.now(), due_at=timezone.now(),
                    )  # fmt: skip
                self.assertEqual(self._queries(url), before)

    def _queries(self, url):
        with CaptureQueriesContext(connection) as queries:
            self.assertEqual(self.client.get(url).status_code, 200)
        return len(queries)

    def test_a_parked_document_shows_its_error_escaped_and_can_be_tried_again(self):
        row = OutboxRow.objects.get(parked=True)
        page = self.client.get(reverse("admin:search_outboxrow_change", args=[row.pk]))
        self.assertContains(page, "&lt;b&gt;bad")
        data = {"action": "retry", "_selected_action": [row.pk]}
        with self.saved():
            response = self.client.post(reverse("admin:search_outboxrow_changelist"), data)
        self.assertEqual(response.status_code, 302)
        self.assertFalse(OutboxRow.objects.filter(pk=row.pk).exists())
        self.assertIn(f"articles.article.{self.article.pk}", self.backend.documents)

    def test_nobody_writes_these_rows_by_hand(self):
        row = OutboxRow.objects.get(parked=True)
        self.assertEqual(self.client.get(reverse("admin:search_outboxrow_add")).status_code, 403)
        delete = reverse("admin:search_outboxrow_delete", args=[row.pk])
        self.assertEqual(self.client.post(delete, {"post": "yes"}).status_code, 403)
