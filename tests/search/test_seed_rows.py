"""What the site that this one learnt from answered in no order: rows about checkpoints first."""

from pathlib import Path

import pytest
import yaml
from django.test import TestCase

from tests.search.contract import EngineSetUp
from tests.search.elasticsearch_servers import OnServer8
from tests.search.notes import make_note
from tests.search.test_sqlite_contract import SQLite

pytest_plugins = ["tests.servers.elasticsearch"]

ROWS = yaml.safe_load(Path(__file__).with_name("seed_rows.yaml").read_text(encoding="utf-8"))


class SeedRowsContract(EngineSetUp):
    """Keys of the rows tell what they are: from 100 checkpoints, from 200 others, 300 spelled."""

    def setUp(self) -> None:
        super().setUp()
        for first, name in ((100, "checkpoints"), (200, "others"), (300, "spelled")):
            self.write(
                *(
                    make_note(first + place, title=row["title"], text=row["text"])
                    for place, row in enumerate(ROWS[name])
                )
            )

    def test_rows_about_checkpoints_are_found_before_any_other(self):
        for query in ["CheckPointing机制", "checkpoint 机制", "Checkpoints"]:
            with self.subTest(query):
                found = self.read(query)
                self.assertEqual(len(found[:12]), 12)
                self.assertLess(max(found[:12]), 200)

    def test_row_that_writes_it_as_asked_is_the_first(self):
        self.assertEqual(self.read("CheckPointing机制")[0], 101)

    def test_text_that_only_spells_the_word_ranks_below_every_text_that_has_it(self):
        found = self.read("机制")
        self.assertEqual(sorted(found), sorted([*range(100, 112), *range(200, 209), 300]))
        self.assertEqual(found[-1], 300)

    def test_text_that_only_spells_the_word_is_no_answer_about_checkpoints(self):
        self.assertNotIn(300, self.read("CheckPointing机制")[:12])


class SQLiteSeedRowsTests(SQLite, SeedRowsContract, TestCase):
    pass


@pytest.mark.server
@pytest.mark.elasticsearch
class Elasticsearch8SeedRowsTests(OnServer8, SeedRowsContract, TestCase):
    pass
