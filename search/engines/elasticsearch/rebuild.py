"""Fill a whole index beside the live one, catch up with what changed meanwhile, and swap.

The live index answers, and takes changes, until the new one is complete. Each write notes its
identifiers while an index is being filled. At the end writes are blocked for a moment, which
the servers confirm when none is under way any more; what was noted is copied, the documents
are counted, and the alias moves in one step.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from elasticsearch import Elasticsearch
from haystack import indexes

from search.engines.elasticsearch import aliases, lease, mapping, writing
from search.engines.elasticsearch.aliases import Names
from search.engines.elasticsearch.client import Servers
from search.engines.elasticsearch.documents import Document, key
from search.engines.errors import IndexBusy, IndexUnusable, SearchFailure

logger = logging.getLogger(__name__)

_BATCH_SECONDS = 60.0
_MERGE_SECONDS = 900.0
_COPY = 200

Prepare = Callable[[indexes.SearchIndex, Iterable[Any]], Iterator[Document]]


class Rebuild:
    """`with backend.rebuild() as fresh: fresh.update(index, objects)`: swapped at its end.

    An exception leaves the live index as it is; so does a killed process, whose half index
    the next rebuild removes. A second rebuild at the same time is refused with IndexBusy.
    """

    def __init__(self, servers: Servers, names: Names, prepare: Prepare) -> None:
        self._servers = servers
        self._names = names
        self._prepare = prepare
        self._lease = lease.Lease(names)
        self._new = names.fresh()
        # Writes name this alias, so that an index that was removed is not made anew by them.
        self._filling = f"{self._new}-filling"
        self._expected = 0
        self._live: str | None = None

    def update(self, index: indexes.SearchIndex, iterable: Iterable[Any]) -> None:
        """Write these objects into the new index."""
        documents = list(self._prepare(index, iterable))
        with self._servers.within(_BATCH_SECONDS) as client:
            self._lease.renew(client)
            self._write(client, documents)

    def document_count(self) -> int:
        with self._servers.within(_BATCH_SECONDS) as client:
            client.indices.refresh(index=self._filling)
            return client.count(index=self._filling)["count"]

    def __enter__(self) -> Self:
        with self._servers.within(_BATCH_SECONDS) as client:
            self._lease.take(client)
            try:
                self._start(client)
            except BaseException:
                self._lease.release(client)
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            # What failed may be the server: the error is told, not that of tidying up.
            with _unheard():
                self._leave()
            return
        try:
            self._finish()
        except BaseException:
            with _unheard():
                self._leave()
            raise
        self._leave()

    def _start(self, client: Elasticsearch) -> None:
        if not aliases.answering(client, self._names):
            aliases.ensure(client, self._names)
        self._tidy(client)
        try:
            aliases.check(client, self._names)
            self._live = aliases.live(client, self._names)
        except IndexUnusable:
            # Nobody can write there; there is nothing to catch up with.
            self._live = None
        else:
            # Where a rebuild was killed while it kept writes out.
            unblock(client, str(self._live))
        changes = mapping.changes_body(
            self._names.alias, replicas=self._names.replicas, aliases=(self._names.changes,)
        )
        aliases.create(client, f"{self._new}-changes", changes)
        body = mapping.index_body(
            self._names.alias,
            shards=self._names.shards,
            replicas=0,
            aliases=(self._filling,),
        )
        # Shown at the end, and copied to other servers then.
        body["settings"]["index"] |= {"refresh_interval": "-1"}
        aliases.create(client, self._new, body)

    def _tidy(self, client: Elasticsearch) -> None:
        """Remove what a killed rebuild left."""
        answering = aliases.answering(client, self._names)
        for name in aliases.ours(client, self._names):
            if name not in answering:
                client.indices.delete(index=name, ignore_unavailable=True)

    def _finish(self) -> None:
        with self._servers.within(_MERGE_SECONDS) as client:
            self._lease.renew(client, now=True)
            # One segment: what was built in batches answers as if it had been built at once.
            client.indices.forcemerge(index=self._filling, max_num_segments=1)
            self._servers.renewed()
            settings = {"refresh_interval": "1s", **mapping.replication(self._names.replicas)}
            client.indices.put_settings(index=self._new, settings={"index": settings})
            self._servers.renewed()
            # Where a copy takes longer, it is made under way.
            client.options(ignore_status=408).cluster.health(
                index=self._new, wait_for_no_initializing_shards=True, timeout="60s"
            )
        with self._servers.within(_BATCH_SECONDS) as client:
            self._lease.blocked = self._live or ""
            self._lease.renew(client, now=True)
            if self._live:
                self._block_and_catch_up(client)
            self._check_count(client)
            self._lease.renew(client, now=True)
            self._swap(client)

    def _block_and_catch_up(self, client: Elasticsearch) -> None:
        client.indices.add_block(index=str(self._live), block="write")
        # A write to the live index whose note comes too late fails, and is repeated.
        client.indices.add_block(index=self._names.changes, block="write")
        identifiers = sorted(self._noted(client))
        for start in range(0, len(identifiers), _COPY):
            self._copy(client, identifiers[start : start + _COPY])

    def _noted(self, client: Elasticsearch) -> set[str]:
        """The identifiers of everything that was written or removed since the beginning."""
        found: set[str] = set()
        client.indices.refresh(index=self._names.changes)
        after: list[Any] | None = None
        while True:
            self._servers.renewed()
            page = client.search(
                index=self._names.changes, size=500, sort=["_doc"], search_after=after
            )["hits"]["hits"]
            if not page:
                return found
            for each in page:
                found.update(each["_source"]["ids"])
            after = page[-1]["sort"]

    def _copy(self, client: Elasticsearch, identifiers: list[str]) -> None:
        """Bring these documents up to what they are in the live index."""
        self._servers.renewed()
        answer = client.mget(index=self._live, ids=[key(each) for each in identifiers])
        documents = [
            Document(identifier, found["_source"] if found.get("found") else None)
            for identifier, found in zip(identifiers, answer["docs"], strict=True)
        ]
        self._write(client, documents)

    def _write(self, client: Elasticsearch, documents: list[Document]) -> None:
        self._servers.renewed()
        done = writing.write(client, self._filling, documents)
        self._expected += done.created - done.deleted

    def _check_count(self, client: Elasticsearch) -> None:
        client.indices.refresh(index=self._new)
        count = client.count(index=self._new)["count"]
        # A request that had to be repeated was perhaps counted once and carried out before.
        if count < self._expected:
            raise SearchFailure(
                f"The new index holds {count} of {self._expected} documents; the old one stays."
            )

    def _swap(self, client: Elasticsearch) -> None:
        actions: list[dict[str, Any]] = [
            {"add": {"index": self._new, "alias": self._names.alias}},
            {"remove": {"index": self._new, "alias": self._filling}},
            # In the same step: who notes changes finds that nobody asks for them any more.
            {"remove_index": {"index": f"{self._new}-changes"}},
        ]
        old = set(aliases.answering(client, self._names))
        ours = old & set(aliases.ours(client, self._names))
        actions += [{"remove_index": {"index": name}} for name in sorted(ours)]
        # What another program made is its own; it only answers no more.
        actions += [
            {"remove": {"index": name, "alias": self._names.alias}} for name in sorted(old - ours)
        ]
        client.indices.update_aliases(actions=actions)
        self._live = None

    def _leave(self) -> None:
        """Remove what is not in place, and let others build."""
        with self._servers.within(_BATCH_SECONDS) as client:
            unwanted = [f"{self._new}-changes"]
            if not client.indices.exists_alias(name=self._names.alias, index=self._new):
                unwanted.append(self._new)
            for name in unwanted:
                client.indices.delete(index=name, ignore_unavailable=True)
            with suppress(IndexBusy):  # another took the lease, and with it the live index
                self._lease.renew(client, now=True)
                if self._live:
                    unblock(client, self._live)
                self._lease.release(client)


def unblock(client: Elasticsearch, index: str) -> None:
    client.indices.put_settings(index=index, settings={"index": {"blocks.write": None}})


def heal(client: Elasticsearch, names: Names) -> None:
    """Let writes in again where a rebuild was killed while it kept them out."""
    found = lease.read(client, names)
    if found is None or lease.is_held(found["_source"]):
        return
    # Held meanwhile, so that no rebuild begins whose notes would be removed here.
    own = lease.Lease(names)
    own.take(client)
    for name in aliases.ours(client, names):
        if name.endswith("-changes"):
            client.indices.delete(index=name, ignore_unavailable=True)
    index = aliases.live(client, names)
    if index and found["_source"].get("blocked") == index:
        unblock(client, index)
    own.release(client)


@contextmanager
def _unheard() -> Iterator[None]:
    try:
        yield
    except Exception:
        logger.exception("A rebuild that failed left its half index; the next one removes it.")
