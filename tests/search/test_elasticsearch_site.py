"""The site with Elasticsearch in the place of the embedded index: outbox, rebuild, comparison."""

import json
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.test import TestCase
from haystack import connections

from search import registry
from search.draining import drain
from search.engines.errors import SearchFailure
from search.forms import Query
from search.jobs import build_if_needed, sync_servers
from search.models import Engine, OutboxRow
from search.page import search
from tests.factories import make_article, make_package
from tests.search.elasticsearch_peers import Peer, answering, silent
from tests.search.elasticsearch_servers import OnServer8
from tests.search.test_search_sync import run

pytest_plugins = ["tests.servers.elasticsearch"]
pytestmark = [pytest.mark.server, pytest.mark.elasticsearch]


class SiteOnElasticsearch(OnServer8, TestCase):
    def setUp(self) -> None:
        super().setUp()
        connection = {"ENGINE": self.engine, "SILENTLY_FAIL": False, "BATCH_SIZE": 200}
        self.use(connection | self.options())
        self.registered = registry.register("default")

    def use(self, connection: dict[str, Any]) -> None:
        patch = mock.patch.dict(settings.HAYSTACK_CONNECTIONS, {"default": connection})
        patch.start()
        self.addCleanup(connections.reload, "default")
        self.addCleanup(patch.stop)
        self.backend = connections.reload("default").get_backend()

    def found(self, text: str) -> list[str]:
        asked = Query(text=text, cut=False, kind="", column="", group="", page=1)
        return [hit.content.title for hit in search(asked).hits]

    def test_shared_server_has_one_name_for_all_hosts(self):
        self.assertEqual((self.registered.name, self.registered.host), ("default", ""))

    def test_saved_article_is_found_at_once_and_withdrawn_no_more(self):
        self.assertTrue(build_if_needed(self.registered))
        with self.captureOnCommitCallbacks(execute=True):
            article = make_article(title="缓存穿透怎么办")
        self.assertTrue(OutboxRow.objects.exists(), "whoever saves does not wait for a server")
        sync_servers()
        self.assertEqual(self.found("缓存穿透"), ["缓存穿透怎么办"])
        self.assertFalse(OutboxRow.objects.exists())
        with self.captureOnCommitCallbacks(execute=True):
            article.status = article.Status.DRAFT
            article.save()
        sync_servers()
        self.assertEqual(self.backend.document_count(), 0)

    def test_index_agrees_with_the_database_and_is_repaired_where_it_does_not(self):
        article, package = make_article(tags=["Redis", "缓存"]), make_package()
        run("rebuild_index", "--noinput")
        result = json.loads(run("search_check", "--json"))
        self.assertEqual((result["ok"], result["documents"]), (True, 2))
        self.backend.remove(article)
        type(package).objects.filter(pk=package.pk).update(title="另一个标题")
        result = json.loads(run("search_check", "--json", "--repair"))
        self.assertEqual((len(result["missing"]), len(result["stale"])), (1, 1))
        self.assertTrue(result["repaired"])

    def test_lost_index_is_missed(self):
        make_article()
        run("rebuild_index", "--noinput")
        with self.raw_client() as client:
            for name in client.indices.get_alias(name=self.backend.index.names.alias):
                client.indices.delete(index=name)
        self.assertEqual(self.backend.document_count(), 0)
        self.registered.refresh_from_db()
        self.assertTrue(build_if_needed(self.registered))
        self.assertEqual(self.backend.document_count(), 1)

    def test_server_that_stalls_or_is_full_lets_the_rows_wait_and_counts_no_attempt(self):
        make_article()
        run("rebuild_index", "--noinput")
        with self.captureOnCommitCallbacks():
            make_article(title="新的")
        full = {"error": {"root_cause": [{"type": "es_rejected_execution_exception"}]}}
        for handler in (silent, answering((429, full))):
            peer = Peer(handler)
            self.addCleanup(peer.close)
            self.use({"ENGINE": self.engine, "URL": peer.url, "TIMEOUT": 0.2,
                      "SILENTLY_FAIL": False})  # fmt: skip
            backend = connections["default"].get_backend()
            OutboxRow.objects.update(due_at=self.registered.seen_at)
            with backend.waiting_at_most(0.2), self.assertRaises(SearchFailure):
                drain(self.registered)
            row = OutboxRow.objects.get()
            self.assertEqual((row.attempts, row.lease), (0, None))
            self.assertFalse(Engine.objects.filter(built_at=None).exists())

    def test_problems_of_server_and_index_are_told(self):
        self.assertIn("rebuild it", self.backend.problems()[0])
        run("rebuild_index", "--noinput")
        self.assertEqual(self.backend.problems(), [])
        with mock.patch("search.engines.elasticsearch.mapping.SERVERS", ("7",)):
            self.assertIn("not supported", self.backend.problems()[0])
        peer = Peer(silent)
        peer.close()
        self.use({"ENGINE": self.engine, "URL": peer.url, "TIMEOUT": 0.5})
        self.assertIn("out of reach", self.backend.problems()[0])
