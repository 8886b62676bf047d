"""Our engines as the bench asks them: through Haystack, as the search page does."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import elasticsearch
from django.conf import settings
from django.contrib.auth.models import User
from haystack import connections, indexes
from haystack.query import SearchQuerySet

from bench.search.sections import Section
from search.indexes import Role, SearchableIndex
from search.inputs import ReaderQuery

BATCH = 200
_INDEX_NAME = "bench-search"
# Whoever is slow is measured, not interrupted.
_SECONDS = 60
_NEWEST = datetime(2026, 11, 1, tzinfo=UTC)


class Contender(Protocol):
    """A way to search, as the bench uses it."""

    name: str
    # Whether it asks what another one has built.
    shares_index: bool

    def build(self, sections: Iterable[Section]) -> None:
        """Hold these documents and no others; ready to be asked when it returns."""

    def write(self, section: Section) -> None:
        """Add one document to those that are there, as a save does."""

    def ask(self, query: str) -> list[str]:
        """The names of the first ten, best first; the number of all is asked for, too."""

    def close(self) -> None: ...


class SectionIndex(SearchableIndex, indexes.Indexable):
    """Documents that no database holds, on Django's own User."""

    text = indexes.CharField(document=True)
    title = indexes.CharField()
    names = indexes.MultiValueField()
    published_at = indexes.DateTimeField()
    roles = {"text": Role.BODY, "title": Role.TITLE, "names": Role.NAMES}

    def get_model(self) -> type[User]:
        return User

    def prepare(self, obj: Any) -> dict[str, Any]:
        section: Section = obj.section
        data = super().prepare(obj)
        data.update(
            text=section.text,
            title=section.title,
            names=list(section.files),
            published_at=_NEWEST - timedelta(minutes=obj.pk % 100_000),
        )
        return data


@dataclass
class Ours:
    """One of the two engines of this project. `options` are those of its connection."""

    name: str
    engine: str
    options: dict[str, Any]
    shares_index = False

    @classmethod
    def sqlite(cls, path: Path) -> "Ours":
        engine = "search.engines.sqlite.SQLiteSearchEngine"
        return cls("ours, SQLite", engine, {"PATH": str(path), "TIMEOUT": _SECONDS})

    @classmethod
    def elasticsearch(cls, url: str) -> "Ours":
        engine = "search.engines.elasticsearch.ElasticsearchSearchEngine"
        options = {"URL": url, "INDEX_NAME": _INDEX_NAME, "REPLICAS": 0, "TIMEOUT": _SECONDS}
        return cls("ours, Elasticsearch", engine, options)

    def __post_init__(self) -> None:
        self._alias = self.name.split()[-1].lower()
        self._names: list[str] = []
        settings.HAYSTACK_CONNECTIONS[self._alias] = {
            "ENGINE": self.engine, "SILENTLY_FAIL": False, "BATCH_SIZE": BATCH, **self.options,
        }  # fmt: skip
        self._index = SectionIndex()
        self._backend = connections.reload(self._alias).get_backend()
        connections[self._alias].get_unified_index().build([self._index])

    def build(self, sections: Iterable[Section]) -> None:
        self._names = []
        with self._backend.rebuild() as fresh:
            for batch in batches(sections, BATCH):
                fresh.update(self._index, [self._object(section) for section in batch])

    def write(self, section: Section) -> None:
        self._backend.update(self._index, [self._object(section)])

    def ask(self, query: str) -> list[str]:
        # As search.page does: the words, visible by now; one request for hits and their number.
        found = SearchQuerySet(using=self._alias).filter(content=ReaderQuery(query))
        found = found.filter(published_at__lte=datetime.now(UTC))
        hits = found[:10]
        len(found)
        return [self._names[int(hit.pk)] for hit in hits]

    def suggestion(self, query: str) -> str | None:
        """What a visitor who mistyped is offered."""
        return self._backend.spelling_suggestion(query)

    def close(self) -> None:
        if hasattr(self._backend, "close"):
            self._backend.close()
        if url := self.options.get("URL"):
            with elasticsearch.Elasticsearch(url, request_timeout=_SECONDS) as client:
                for index in client.indices.get(index=f"{_INDEX_NAME}*"):
                    client.indices.delete(index=index)

    def _object(self, section: Section) -> User:
        self._names.append(section.name)
        user = User(pk=len(self._names) - 1)
        user.section = section  # type: ignore[attr-defined]
        return user


def batches(sections: Iterable[Section], size: int) -> Iterator[Sequence[Section]]:
    remaining = iter(sections)
    while batch := list(islice(remaining, size)):
        yield batch
