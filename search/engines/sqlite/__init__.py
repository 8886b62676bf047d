"""The embedded search engine: SQLite FTS5 in a file of its own, from the standard library."""

from haystack.backends import BaseEngine

from search.engines.query import TreeSearchQuery
from search.engines.sqlite.backend import SQLiteSearchBackend


class SQLiteSearchEngine(BaseEngine):
    """What HAYSTACK_CONNECTIONS names as ENGINE."""

    backend = SQLiteSearchBackend
    query = TreeSearchQuery

    def reset_sessions(self) -> None:
        if self._backend is not None:
            self._backend.close()
        super().reset_sessions()
