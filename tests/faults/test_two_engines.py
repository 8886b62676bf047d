"""A real server behind a proxy that fails: what a visitor, an author and the outbox see of it."""

import time
from contextlib import suppress
from typing import Any

import pytest
from django.test import TestCase
from django.utils import timezone
from haystack import connections

from articles.models import Article
from search import breaker, jobs
from search.comparison import compare
from search.engines.errors import SearchFailure
from search.fallback import ask
from search.forms import Query
from search.models import OutboxRow
from search.page import Asker, search
from tests.factories import make_article
from tests.faults import proxy as faults
from tests.faults.proxy import FaultyProxy
from tests.search.elasticsearch_servers import OnServer8
from tests.search.two_engines import TwoEnginesMixin

pytest_plugins = ["tests.servers.elasticsearch"]
pytestmark = [pytest.mark.server, pytest.mark.elasticsearch]

# The search page has 1.5 s; the machine of a test may be busy with others.
PAGE_SECONDS = 1.5
FAULTS = {
    "refused": None,
    "stalled": faults.stall,
    "dripping": faults.drip,
    "reset in mid-answer": faults.reset,
    "lost": faults.lose,
    "full": faults.full,
    "unavailable": faults.unavailable,
    "full disk": faults.flooded,
}


class FaultySite(TwoEnginesMixin, OnServer8, TestCase):
    """The site on a real server behind a faulty proxy, with one article in both indexes."""

    def setUp(self) -> None:
        self.proxy = FaultyProxy(self.url)
        self.addCleanup(self.proxy.close)
        super().setUp()
        self.article = make_article(title="缓存穿透怎么办")
        jobs.sync()
        jobs.sync_servers()

    def server_options(self) -> dict[str, Any]:
        options = {**super().server_options(), **self.options()}
        return options | {"URL": self.proxy.url, "TIMEOUT": 1.5}

    def fail(self, name: str) -> None:
        if FAULTS[name] is None:
            self.proxy.refuse()
        else:
            self.proxy.fault = FAULTS[name]

    def heal(self, name: str) -> None:
        self.proxy.fault = None
        if FAULTS[name] is None:
            self.proxy.accept()

    def asked(self, text: str) -> Any:
        return ask(lambda alias: search(Query(text=text), Asker().of(alias)))

    def due_now(self) -> None:
        OutboxRow.objects.update(due_at=timezone.now())

    def assertInStep(self) -> None:
        for alias in ("default", "embedded"):
            found = compare(self.built(alias))
            self.assertTrue(found.is_clean, (alias, found))


class VisitorTests(FaultySite):
    def test_a_page_is_answered_in_time_whatever_the_server_does(self):
        self.assertFalse(self.asked("缓存穿透").degraded)
        for name in FAULTS:
            with self.subTest(name):
                breaker.forget()
                self.fail(name)
                for _visitor in range(3):
                    started = time.monotonic()
                    answer = self.asked("缓存穿透")
                    took = time.monotonic() - started
                    self.assertTrue(answer.degraded)
                    self.assertEqual(answer.engine, "sqlite")
                    self.assertEqual([hit.content for hit in answer.value.hits], [self.article])
                    self.assertLess(took, PAGE_SECONDS)
                self.assertNotEqual(breaker.of("default").state, breaker.CLOSED)
                asked = len(self.proxy.requests)
                self.asked("缓存穿透")
                if breaker.of("default").state == breaker.OPEN:
                    self.assertEqual(len(self.proxy.requests), asked, "the server is spared")
                self.heal(name)

    def test_the_server_answers_again_without_hands(self):
        self.proxy.fault = faults.full
        self.assertTrue(self.asked("缓存").degraded)
        self.proxy.fault = None
        until = time.monotonic() + 15
        while self.asked("缓存").degraded and time.monotonic() < until:
            time.sleep(0.1)
        self.assertFalse(self.asked("缓存").degraded)

    def test_the_page_has_status_200_and_says_that_it_is_degraded(self):
        self.proxy.fault = faults.unavailable
        response = self.client.get("/search/", {"q": "缓存穿透"})
        self.assertContains(response, self.article.get_absolute_url())
        found = self.client.get("/search/results.json", {"q": "缓存穿透"}).json()
        self.assertEqual((found["engine"], found["degraded"]), ("sqlite", True))


class AuthorTests(FaultySite):
    def test_saving_asks_no_server_and_is_found_at_once_on_the_embedded_index(self):
        for name in FAULTS:
            with self.subTest(name):
                self.fail(name)
                before = len(self.proxy.requests)
                with self.captureOnCommitCallbacks(execute=True):
                    make_article(title=f"写于故障之时 {name}")
                self.assertEqual(len(self.proxy.requests), before)
                self.heal(name)
        found = self.spare.search("写于故障之时")
        self.assertEqual(found["hits"], len(FAULTS))


class OutboxTests(FaultySite):
    def test_what_failed_is_caught_up_without_hands(self):
        for name in FAULTS:
            with self.subTest(name):
                self.fail(name)
                with self.captureOnCommitCallbacks(execute=True):
                    make_article(title=f"文章 {name}")
                backend = connections["default"].get_backend()
                with backend.waiting_at_most(0.5), suppress(SearchFailure):
                    jobs.sync_servers()
                rows = OutboxRow.objects.filter(engine__connection="default")
                self.assertTrue(rows.exists())
                self.assertFalse(rows.filter(attempts__gt=0).exists(), "no document's fault")
                self.heal(name)
                self.due_now()
                while jobs.sync_servers():
                    pass
                self.assertFalse(OutboxRow.objects.exists())
                self.assertInStep()

    def test_a_bulk_of_which_half_fails_gets_on_and_ends(self):
        with self.captureOnCommitCallbacks(execute=True):
            articles = [make_article() for _number in range(9)]
        self.proxy.fault = faults.half_of_bulks(429, "es_rejected_execution_exception")
        for _time in range(6):
            self.due_now()
            jobs.sync_servers()
        self.assertFalse(OutboxRow.objects.filter(attempts__gt=0).exists())
        self.proxy.fault = None
        self.due_now()
        jobs.sync_servers()
        self.assertFalse(OutboxRow.objects.exists())
        self.assertEqual(Article.objects.count(), len(articles) + 1)
        self.assertInStep()

    def test_documents_that_the_server_refuses_wait_alone_and_are_parked(self):
        with self.captureOnCommitCallbacks(execute=True):
            for _number in range(4):
                make_article()
        self.proxy.fault = faults.half_of_bulks(400, "document_parsing_exception")
        with self.assertLogs("search.batches", "ERROR"):
            for _time in range(8):
                self.due_now()
                jobs.sync_servers()
        self.assertTrue(OutboxRow.objects.filter(parked=True, attempts=8).exists())
        self.assertIn("document_parsing", OutboxRow.objects.filter(parked=True)[0].error)
        self.assertFalse(OutboxRow.objects.filter(parked=False).exists(), "the others went on")

    def test_an_index_that_the_server_lost_is_never_half_shown_but_built_again(self):
        client = self.raw_client()
        name = connections["default"].get_backend().index.names.alias
        for index in client.indices.get_alias(name=name):
            client.indices.delete(index=index)
        with self.captureOnCommitCallbacks(execute=True):
            make_article(title="后来的")
        with self.assertRaises(SearchFailure):
            jobs.sync_servers()
        self.assertTrue(self.asked("缓存穿透").degraded)
        while jobs.sync_servers():
            pass
        breaker.forget()
        self.assertFalse(self.asked("缓存穿透").degraded)
        self.assertInStep()
