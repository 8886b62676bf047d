import tempfile
from typing import Any

from django.test import TestCase

from tests.search.contract_commands import CommandContract
from tests.search.contract_counts import FacetContract, StatsContract
from tests.search.contract_lookups import LookupContract
from tests.search.contract_queryset import ConnectionsContract, DeepContract, QuerySetContract
from tests.search.contract_reader import ReaderContract
from tests.search.contract_results import ResultContract
from tests.search.contract_spelling import SpellingContract
from tests.search.contract_texts import LookupOfTextsContract
from tests.search.contract_writing import WritingContract


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


class SQLiteQuerySetTests(SQLite, QuerySetContract, TestCase):
    pass


class SQLiteResultTests(SQLite, ResultContract, TestCase):
    pass


class SQLiteLookupOfTextsTests(SQLite, LookupOfTextsContract, TestCase):
    pass


class SQLiteFacetTests(SQLite, FacetContract, TestCase):
    pass


class SQLiteStatsTests(SQLite, StatsContract, TestCase):
    pass


class SQLiteDeepTests(SQLite, DeepContract, TestCase):
    pass


class SQLiteConnectionsTests(SQLite, ConnectionsContract, TestCase):
    pass


class SQLiteCommandTests(SQLite, CommandContract, TestCase):
    pass


class SQLiteSpellingTests(SQLite, SpellingContract, TestCase):
    pass
