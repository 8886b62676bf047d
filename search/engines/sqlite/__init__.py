"""The embedded search engine: SQLite FTS5 in a file of its own, from the standard library."""

from haystack.backends import BaseEngine

from search.engines.sqlite.backend import SQLiteSearchBackend
from search.engines.sqlite.query import SQLiteSearchQuery


class SQLiteSearchEngine(BaseEngine):
    """What HAYSTACK_CONNECTIONS names as ENGINE."""

    backend = SQLiteSearchBackend
    query = SQLiteSearchQuery

    def reset_sessions(self) -> None:
        if self._backend is not None:
            self._backend.close()
        super().reset_sessions()
