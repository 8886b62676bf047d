"""Who is filling a new index: one program at a time, told from those that were killed.

The lease is a document of the servers. It runs out by itself, and at once where the process
that held it was on this machine and is gone.
"""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from elasticsearch import ConflictError, Elasticsearch, NotFoundError

from search.engines.elasticsearch import aliases
from search.engines.elasticsearch.aliases import Names
from search.engines.errors import IndexBusy

# Renewed with each batch; longer than a batch may take.
SECONDS = 120.0
_KEY = "lease"
_TAKEN = "Another process is building this index."


class Lease:
    """The right to fill an index for an alias and to put it in the place of the live one."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._place: dict[str, Any] = {}
        self._renewed = 0.0
        self.blocked = ""

    def take(self, client: Elasticsearch) -> None:
        """IndexBusy where another holds it."""
        body = {
            "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}},
            "mappings": {"enabled": False},
        }
        aliases.create(client, self._names.rebuild, body)
        found = read(client, self._names)
        if found is not None and is_held(found["_source"]):
            raise IndexBusy(_TAKEN)
        place = {"op_type": "create"} if found is None else _place(found)
        self._write(client, place)

    def renew(self, client: Elasticsearch, *, now: bool = False) -> None:
        """IndexBusy where another took it, because this one had run out."""
        if now or time.monotonic() - self._renewed > SECONDS / 10:
            self._write(client, self._place)

    def release(self, client: Elasticsearch) -> None:
        with suppress(ConflictError, NotFoundError):  # another took it
            client.delete(index=self._names.rebuild, id=_KEY, **self._place)

    def _write(self, client: Elasticsearch, place: dict[str, Any]) -> None:
        document = {
            "host": socket.gethostname(),
            "process": os.getpid(),
            "began": _began(os.getpid()),
            "until": time.time() + SECONDS,
            "blocked": self.blocked,
        }
        try:
            answer = client.index(index=self._names.rebuild, id=_KEY, document=document, **place)
        except ConflictError:
            raise IndexBusy(_TAKEN) from None
        self._place = _place(answer.body)
        self._renewed = time.monotonic()


def read(client: Elasticsearch, names: Names) -> dict[str, Any] | None:
    try:
        return client.get(index=names.rebuild, id=_KEY).body
    except NotFoundError:
        return None


def is_held(lease: dict[str, Any]) -> bool:
    """Whether its time is not over, and its process, if it was on this machine, is there."""
    if lease["host"] == socket.gethostname() and _began(lease["process"]) != lease["began"]:
        return False
    return time.time() < lease["until"]


def _place(answer: dict[str, Any]) -> dict[str, Any]:
    return {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}


def _began(process: int) -> str:
    """What tells a process from a later one of the same number; empty for none."""
    try:
        # The name in it may hold spaces and brackets; what is wanted comes after.
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
