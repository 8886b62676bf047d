"""What every search engine of ours does for Haystack's users: mixins, run on each engine.

A subclass names `engine` and `options()`; everything else is the same for all of them:

    contract_reader     ReaderContract
    contract_lookups    LookupContract
    contract_writing    WritingContract
    contract_queryset   QuerySetContract, DeepContract, ConnectionsContract
    contract_results    ResultContract
    contract_texts      LookupOfTextsContract
    contract_counts     FacetContract, StatsContract
    contract_commands   CommandContract
    contract_spelling   SpellingContract
"""

from collections.abc import Iterable
from typing import Any
from unittest import mock

from django.conf import settings
from django.contrib.auth.models import User
from haystack import connections
from haystack.query import SearchQuerySet

from search.inputs import ReaderQuery
from tests.search.notes import GroupIndex, NoteIndex, make_note

ALIAS = "under_test"
INDEXES = (NoteIndex, GroupIndex)


class EngineSetUp:
    """A connection of its own for each test, with notes and groups as its indexes."""

    engine = ""

    def options(self) -> dict[str, Any]:
        """What of a connection is the engine's own. Each call names another, empty index."""
        return {}

    def setUp(self) -> None:
        super().setUp()
        self.index = NoteIndex()
        self.backend = self.connect(ALIAS)

    def connect(self, alias: str) -> Any:
        """The backend of a connection that is there until the test ends."""
        connection = {"ENGINE": self.engine, "SILENTLY_FAIL": False, "BATCH_SIZE": 50}
        patch = mock.patch.dict(settings.HAYSTACK_CONNECTIONS, {alias: connection | self.options()})
        patch.start()
        self.addCleanup(patch.stop)
        backend = connections.reload(alias).get_backend()
        connections[alias].get_unified_index().build([self.index, GroupIndex()])
        self.addCleanup(connections[alias].reset_sessions)
        return backend

    def write(self, *notes: User) -> None:
        self.backend.update(self.index, list(notes))

    def write_texts(self, *texts: str) -> None:
        self.write(*(make_note(pk, text=text) for pk, text in enumerate(texts, 1)))

    def all(self) -> SearchQuerySet:
        return SearchQuerySet(using=ALIAS)

    def read(self, query: str) -> list[int]:
        """Keys of what a reader finds, best first."""
        return keys(self.all().filter(content=ReaderQuery(query)))

    def found(self, *args: Any, **lookups: Any) -> set[int]:
        return set(keys(self.all().filter(*args, **lookups)))


def keys(results: Iterable[Any]) -> list[int]:
    return [int(result.pk) for result in results]
