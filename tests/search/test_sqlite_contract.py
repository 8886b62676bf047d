import tempfile
from typing import Any

from django.test import TestCase

from tests.search.contract import LookupContract, ReaderContract, WritingContract


class SQLite:
    engine = "search.engines.sqlite.SQLiteSearchEngine"

    def options(self) -> dict[str, Any]:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return {"PATH": f"{folder.name}/index/search.sqlite3"}


class SQLiteReaderTests(SQLite, ReaderContract, TestCase):
    pass


class SQLiteLookupTests(SQLite, LookupContract, TestCase):
    pass


class SQLiteWritingTests(SQLite, WritingContract, TestCase):
    pass
