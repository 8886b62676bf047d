"""Three nodes on this machine, one of which is killed while others search and write.

    python -m tests.search.elasticsearch_drill [VERSION]

Exits 1 if a visitor saw an error or a document was lost.
"""

import os
import sys
import threading
import time
from contextlib import ExitStack
from typing import Any
from unittest import mock

DOCUMENTS = 3000
_SECONDS = 120
_CONNECTION = "drill"


class Visitors:
    """Somebody who searches all the time, and remembers what went wrong."""

    def __init__(self) -> None:
        self.answers = 0
        self.errors: list[str] = []
        self.slowest = 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._search)

    def _search(self) -> None:
        from haystack.query import SearchQuerySet

        from search.inputs import ReaderQuery

        while not self.over.is_set():
            started = time.monotonic()
            try:
                found = SearchQuerySet(using=_CONNECTION).filter(content=ReaderQuery("缓存穿透"))
                if not found.count():
                    self.errors.append("nothing found")
            except Exception as error:  # noqa: BLE001 - each one is a visitor's error page
                self.errors.append(f"{type(error).__name__}: {error}"[:200])
            self.answers += 1
            self.slowest = max(self.slowest, time.monotonic() - started)


def write_all(backend: Any, index: Any, notes: list[Any]) -> int:
    """Write as a drain does: what fails is written again. Returns how many batches failed."""
    from search.engines.errors import SearchFailure

    failed = 0
    deadline = time.monotonic() + _SECONDS
    for start in range(0, len(notes), 50):
        while True:
            try:
                backend.update(index, notes[start : start + 50])
                break
            except (SearchFailure, OSError):
                failed += 1
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
    return failed


def drill(version: str) -> bool:
    """Kill the node that answers first in the middle of everything; True if nothing was lost."""
    from django.conf import settings
    from haystack import connections

    from tests.search.notes import NoteIndex, make_note
    from tests.servers.elasticsearch import cluster

    with ExitStack() as stack:
        nodes = stack.enter_context(cluster(version, 3))
        hosts = ",".join(node.url.removeprefix("http://") for node in nodes)
        connection = {
            "ENGINE": "search.engines.elasticsearch.ElasticsearchSearchEngine",
            "URL": f"http://{hosts}/drill?timeout=10",
            "SHARDS": 3,
            "REPLICAS": 1,
        }
        patch = mock.patch.dict(settings.HAYSTACK_CONNECTIONS, {_CONNECTION: connection})
        stack.enter_context(patch)
        index = NoteIndex()
        backend = connections.reload(_CONNECTION).get_backend()
        connections[_CONNECTION].get_unified_index().build([index])
        notes = [make_note(pk, text=f"缓存穿透 第{pk}篇") for pk in range(1, DOCUMENTS + 1)]
        with backend.rebuild() as fresh:
            fresh.update(index, notes[:50])
        visitors = Visitors()
        visitors.thread.start()
        threading.Timer(2.0, nodes[0].kill).start()
        failed = write_all(backend, index, notes)
        time.sleep(3)
        visitors.over.set()
        visitors.thread.join(30)
        held = {identifier for identifier, _ in backend.versions()}
    lost = {f"auth.user.{note.pk}" for note in notes} - held
    print(
        f"{version}: {len(held)} documents, {len(lost)} lost, {failed} batches written again;"
        f" {visitors.answers} searches, {len(visitors.errors)} errors,"
        f" the slowest {visitors.slowest:.1f} s"
    )
    for error in visitors.errors[:5]:
        print(f"  {error}")
    return not lost and not visitors.errors


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "blogsite.settings")
    import django

    django.setup()
    version = sys.argv[1] if len(sys.argv) > 1 else "8.19.3"
    return 0 if drill(version) else 1


if __name__ == "__main__":
    sys.exit(main())
