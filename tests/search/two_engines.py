"""Two engines for tests: a server in front, the embedded one that stands in for it."""

from typing import Any
from unittest import mock

from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from haystack import connections

from search import breaker, draining, jobs, registry
from search.models import Engine

SERVER = "search.engines.elasticsearch.ElasticsearchSearchEngine"


class TwoEnginesMixin:
    """The default connection is a server at `url`, or nowhere; "embedded" is the test's index."""

    url = "http://127.0.0.1:9/nowhere"

    def setUp(self) -> None:
        super().setUp()  # type: ignore[misc]
        embedded = dict(settings.HAYSTACK_CONNECTIONS["default"])
        self.use({"default": self.server_options(), "embedded": embedded})
        breaker.forget()
        jobs._usable.clear()
        draining._out_of_order.clear()
        self.addCleanup(breaker.forget)  # type: ignore[attr-defined]
        self.spare = connections["embedded"].get_backend()
        self.spare.clear()
        self.addCleanup(self.spare.clear)  # type: ignore[attr-defined]

    def server_options(self) -> dict[str, Any]:
        return {"ENGINE": SERVER, "URL": self.url, "SILENTLY_FAIL": False, "BATCH_SIZE": 200}

    def use(self, options: dict[str, Any]) -> None:
        """These connections until the end of the test."""
        spare = override_settings(SEARCH_SPARE="embedded")
        spare.enable()
        self.addCleanup(spare.disable)  # type: ignore[attr-defined]
        patch = mock.patch.dict(settings.HAYSTACK_CONNECTIONS, options)
        patch.start()
        self.addCleanup(self._reload, *options)  # type: ignore[attr-defined]
        self.addCleanup(patch.stop)  # type: ignore[attr-defined]
        self._reload(*options)

    def _reload(self, *aliases: str) -> None:
        for alias in aliases:
            vars(connections.thread_local).get("connections", {}).pop(alias, None)

    def built(self, alias: str) -> Engine:
        """The engine of a connection, marked as one whose index was built."""
        engine = registry.register(alias)
        engine.built_at = timezone.now()
        engine.save()
        return engine
