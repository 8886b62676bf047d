"""What runs the contract of engines on a real Elasticsearch server."""

from itertools import count
from typing import Any

import elasticsearch
import pytest

from search.engines.elasticsearch import aliases, index
from tests.search.contract import EngineSetUp

_numbers = count()


class OnServer:
    """Tests on one server, each of whose connections has an index of its own."""

    engine = "search.engines.elasticsearch.ElasticsearchSearchEngine"
    url: str

    def options(self) -> dict[str, Any]:
        name = f"test{next(_numbers)}"
        self.addCleanup(self.remove_indexes, name)  # type: ignore[attr-defined]
        return {"URL": self.url, "INDEX_NAME": name, "TIMEOUT": 20}

    def raw_client(self) -> elasticsearch.Elasticsearch:
        """A client of the tests' own, to look at the server behind the engine's back."""
        client = elasticsearch.Elasticsearch(self.url, request_timeout=30)
        self.addCleanup(client.close)  # type: ignore[attr-defined]
        return client

    def remove_indexes(self, name: str) -> None:
        with elasticsearch.Elasticsearch(self.url, request_timeout=30) as client:
            for index in client.indices.get(index=f"{name}-*,{name}", ignore_unavailable=True):
                client.indices.delete(index=index)


class OnServer8(OnServer):
    @pytest.fixture(autouse=True)
    def _server(self, elasticsearch_8: str) -> None:
        self.url = elasticsearch_8


class OnServer9(OnServer):
    @pytest.fixture(autouse=True)
    def _server(self, elasticsearch_9: str) -> None:
        self.url = elasticsearch_9


class ServerCase(OnServer8, EngineSetUp):
    """A connection to a server, and a look at its indexes behind the engine's back."""

    def setUp(self) -> None:
        super().setUp()
        self.server = self.raw_client()
        self.names = self.backend.index.names

    def live(self) -> str | None:
        return aliases.live(self.server, self.names)

    def indexes(self) -> list[str]:
        """All indexes of this connection but the one of leases."""
        found = self.server.indices.get(index=f"{self.names.alias}-*", expand_wildcards="all")
        return sorted(set(found) - {self.names.rebuild})

    def forget_checks(self) -> None:
        index._checked.clear()
