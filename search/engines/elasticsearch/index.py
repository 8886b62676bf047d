"""The index behind an alias, as a backend uses it: asked and written within deadlines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from search.engines.elasticsearch import aliases, documents, paging, rebuild, request, writing
from search.engines.elasticsearch.address import Address
from search.engines.elasticsearch.aliases import Names
from search.engines.elasticsearch.client import Servers, servers
from search.engines.elasticsearch.documents import Document
from search.engines.elasticsearch.paging import Page, Places
from search.engines.errors import IndexBusy, IndexUnusable, SearchFailure

# Of one batch; shorter than the lease of the rows that it is made of.
WRITE_SECONDS = 15.0
_CHECK_SECONDS = 30.0
# How often an index is asked whether it is one of ours.
_CHECKED_EVERY = 30.0
_checked: dict[tuple[Address, str], float] = {}


class LiveIndex:
    """What answers to a name on the servers of an address, whichever index it is just now."""

    def __init__(self, address: Address, names: Names) -> None:
        self.address = address
        self.names = names
        self.write_seconds = WRITE_SECONDS
        self._places = Places()

    @property
    def servers(self) -> Servers:
        return servers(self.address)

    def page(self, seconds: float, body: dict[str, Any], start: int, end: int | None) -> Page:
        """The hits of a search from `start` to `end`, and the number of all."""
        body = {
            "track_total_hits": True,
            "_source": request.HIT_FIELDS,
            **{key: value for key, value in body.items() if value},
        }
        with self._checked(seconds) as client:
            return paging.page(
                lambda asked: self._ask(client, asked, seconds), body, start, end, self._places
            )

    @contextmanager
    def asking(self, seconds: float) -> Iterator[paging.Ask]:
        """What answers searches, all of this block within so many seconds."""
        with self._checked(seconds) as client:
            yield lambda body: self._ask(client, body, seconds)

    def stored(self, seconds: float, identifier: str) -> str | None:
        """What was kept of a document, encoded; None where there is none."""
        with self._checked(seconds) as client:
            found = client.options(ignore_status=404).get(
                index=self.names.alias, id=documents.key(identifier), source_includes=["stored"]
            )
        return found["_source"]["stored"] if found.get("found") else None

    def count(self, seconds: float) -> int:
        """How many documents there are; none where there is no index."""
        with self.servers.within(seconds) as client:
            if not aliases.answering(client, self.names):
                return 0
            self._check(client)
            return client.count(index=self.names.alias)["count"]

    def is_whole(self, seconds: float) -> bool:
        with self.servers.within(seconds) as client:
            return aliases.live(client, self.names) not in (None, self.names.first)

    def problems(self, seconds: float) -> list[str]:
        """What is wrong with the servers or the index, as sentences; none when all is well."""
        try:
            with self.servers.within(seconds) as client:
                versions = aliases.versions(client)
                old = sorted(each for each in versions if not aliases.is_supported(each))
                if old:
                    return [f"Elasticsearch {', '.join(old)} is not supported; 8 and 9 are."]
                self.servers.renewed()
                aliases.check(client, self.names)
        except SearchFailure as error:
            return [str(error)]
        return []

    def held(self, labels: list[str] | None) -> Iterator[tuple[str, str]]:
        """Identifier and version of the documents of these models, in order of identifiers."""
        query = {"match_all": {}} if labels is None else {"terms": {"django_ct": labels}}
        after: list[Any] | None = None
        while True:
            with self._checked(_CHECK_SECONDS) as client:
                found = client.search(
                    index=self.names.alias,
                    size=2000,
                    query=query,
                    sort=[{"id": "asc"}],
                    search_after=after,
                    source=False,
                    docvalue_fields=[{"field": "id"}, {"field": "version"}],
                    track_total_hits=False,
                    allow_partial_search_results=False,
                )["hits"]["hits"]
            if not found:
                return
            for each in found:
                yield each["fields"]["id"][0], each["fields"]["version"][0]
            after = found[-1]["sort"]

    def write(self, batch: list[Document], refresh: bool) -> None:
        """Write a batch; into an index that is made for it, where there is none."""
        with self.servers.within(self.write_seconds) as client:
            try:
                self._write(client, batch, refresh)
            except (IndexUnusable, ApiError) as error:
                if isinstance(error, ApiError) and error.status_code != 404:
                    raise
                # No index yet, or the alias moved meanwhile.
                if not aliases.answering(client, self.names):
                    aliases.ensure(client, self.names)
                self._write(client, batch, refresh)
            except IndexBusy:
                rebuild.heal(client, self.names)
                raise

    def _write(self, client: Elasticsearch, batch: list[Document], refresh: bool) -> None:
        self._check(client)
        self.servers.renewed()
        changes = self.names.changes
        writing.write(client, self.names.alias, batch, changes=changes, refresh=refresh)

    def _ask(self, client: Elasticsearch, body: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The answer to a search, by the same copy of the index for the same search."""
        preference = paging.name({"query": None, "sort": None, **body})
        asked = {**body, "timeout": f"{max(int(seconds * 1000), 1)}ms"}

        def search() -> dict[str, Any]:
            self.servers.renewed()
            return client.search(
                index=self.names.alias,
                body=asked,
                preference=preference,
                search_type="dfs_query_then_fetch",
                allow_partial_search_results=False,
            ).body

        try:
            return search()
        except ApiError as error:
            if error.status_code not in (404, 503):
                raise
            # The alias moved while the index behind it was being asked: now it is another one.
            return search()

    @contextmanager
    def _checked(self, seconds: float) -> Iterator[Elasticsearch]:
        with self.servers.within(seconds) as client:
            self._check(client)
            yield client

    def _check(self, client: Elasticsearch) -> None:
        """IndexUnusable where the index is missing or not one of ours; asked now and then."""
        place = (self.address, self.names.alias)
        if time.monotonic() - _checked.get(place, -_CHECKED_EVERY) < _CHECKED_EVERY:
            return
        aliases.check(client, self.names)
        _checked[place] = time.monotonic()
        self.servers.renewed()
