"""A search engine that lives in a dictionary and fails on request, for tests of what feeds one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from haystack.exceptions import SkipDocument
from haystack.utils import get_identifier

from search import draining, registry
from search.models import Engine


class MemoryBackend:
    """Haystack's backend as far as the outbox needs it."""

    batch_size = 50

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.removed: list[str] = []
        self.batches: list[int] = []
        # Identifier → error of that document; `error` is of the whole engine.
        self.poison: dict[str, Exception] = {}
        self.error: Exception | None = None
        # Called before each write, with the identifiers of its batch.
        self.before: Any = lambda identifiers: None
        self.built = 0

    def update(self, index: Any, iterable: Iterable[Any], commit: bool = True) -> None:
        prepared = {}
        for each in iterable:
            try:
                prepared[get_identifier(each)] = dict(index.full_prepare(each))
            except SkipDocument:
                self.documents.pop(get_identifier(each), None)
        self.before(list(prepared))
        if self.error:
            raise self.error
        for identifier in prepared:
            if identifier in self.poison:
                raise self.poison[identifier]
        self.batches.append(len(prepared))
        for identifier, data in prepared.items():
            self.documents[identifier] = {**data, "version": index.version(data)}

    def remove(self, identifier: Any, commit: bool = True) -> None:
        self.before([identifier])
        if self.error:
            raise self.error
        self.removed.append(identifier)
        self.documents.pop(identifier, None)

    def remove_many(self, identifiers: Iterable[str], commit: bool = True) -> None:
        for identifier in identifiers:
            self.remove(identifier)

    def clear(self, models: Any = None, commit: bool = True) -> None:
        self.documents.clear()

    def versions(self) -> Iterator[tuple[str, str]]:
        if self.error:
            raise self.error
        yield from sorted((key, data["version"]) for key, data in self.documents.items())

    def document_count(self) -> int:
        if self.error:
            raise self.error
        return len(self.documents)

    @contextmanager
    def rebuild(self) -> Iterator["MemoryBackend"]:
        fresh = MemoryBackend()
        fresh.poison = self.poison
        yield fresh
        self.documents = fresh.documents
        self.built += 1


class MemoryIndexMixin:
    """Tests with `self.backend` in the place of the real engine, and `self.engine` registered."""

    def setUp(self) -> None:
        super().setUp()  # type: ignore[misc]
        self.backend = MemoryBackend()
        draining._out_of_order.clear()
        patched = mock.patch("haystack.backends.BaseEngine.get_backend", lambda _: self.backend)
        patched.start()
        self.addCleanup(patched.stop)  # type: ignore[attr-defined]
        self.engine = registry.register("default")
        Engine.objects.filter(pk=self.engine.pk).update(built_at=self.engine.seen_at)
        self.engine.refresh_from_db()

    def saved(self) -> Any:
        """A block whose changes are committed and drained at its end, as after a request."""
        return self.captureOnCommitCallbacks(execute=True)  # type: ignore[attr-defined]
