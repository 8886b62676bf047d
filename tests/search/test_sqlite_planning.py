import tempfile
from datetime import timedelta
from typing import Any
from unittest import mock

from django.test import SimpleTestCase

from search.engines.sqlite import planning, ranking
from search.inputs import ReaderQuery
from tests.search.contract import EngineSetUp, keys
from tests.search.notes import PUBLISHED, make_note


class PlanningTests(EngineSetUp, SimpleTestCase):
    engine = "search.engines.sqlite.SQLiteSearchEngine"

    def options(self) -> dict[str, Any]:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return {"PATH": f"{folder.name}/search.sqlite3"}

    def test_commonest_words_of_a_question_are_left_out_of_a_large_index(self):
        self.write(
            make_note(1, text="缓存与事务和雪崩"),
            make_note(2, text="雪崩"),
            *(make_note(pk, text="缓存与事务") for pk in range(3, 30)),
        )
        question = "缓存怎样避免雪崩"
        self.assertEqual(len(self.read(question)), 29)
        self.backend._last = mock.Mock(state=None)
        with mock.patch.object(planning, "MOST_LOOSE_HITS", 10):
            self.assertEqual(set(self.read(question)), {1, 2})
            self.assertEqual(self.all().filter(content=ReaderQuery(question)).count(), 2)
            self.assertEqual(len(self.read("缓存")), 28)
            self.assertEqual(len(self.read("缓存事务")), 28)

    def test_hits_that_are_not_due_are_left_out_whether_few_or_many(self):
        self.write(
            *(
                make_note(pk, text="缓存", published_at=PUBLISHED + timedelta(days=pk))
                for pk in range(1, 41)
            ),
            make_note(50, text="缓存"),
        )
        due = self.all().filter(content=ReaderQuery("缓存"))
        for days, expected in [(60, 40), (39, 39), (1, 1), (0, 0)]:
            for most in (500, 3):
                with (
                    self.subTest(days=days, most=most),
                    mock.patch.object(planning, "_MOST_EXCEPTIONS", most),
                ):
                    found = due.filter(published_at__lte=PUBLISHED + timedelta(days=days))
                    self.assertEqual((found.count(), len(keys(found))), (expected, expected))
                    earlier = due.filter(published_at__lt=PUBLISHED + timedelta(days=days))
                    self.assertEqual(earlier.count(), max(min(days - 1, 40), 0))

    def test_last_answer_is_forgotten_when_the_index_changes(self):
        self.write(make_note(1, text="缓存"))
        found = self.all().filter(content=ReaderQuery("缓存"))
        self.assertEqual(found.all().count(), 1)
        self.write(make_note(2, text="缓存"))
        self.assertEqual(found.all().count(), 2)
        other = self.connect("another")
        other.file.path = self.backend.file.path
        other.update(self.index, [make_note(3, text="缓存")])
        self.assertEqual(found.all().count(), 3)
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(9, text="缓存")])
        self.assertEqual(keys(found.all()), [9])
        self.backend.remove("auth.user.9")
        self.assertEqual(found.all().count(), 0)

    def test_same_question_is_ranked_once_for_its_count_and_its_page(self):
        self.write(*(make_note(pk, text="缓存") for pk in range(40)))
        found = self.all().filter(content=ReaderQuery("缓存"))
        with (
            mock.patch.object(ranking, "count", wraps=ranking.count) as counted,
            mock.patch.object(ranking, "rank", wraps=ranking.rank) as ranked,
        ):
            self.assertEqual((found.all().count(), len(found.all()[:10])), (40, 10))
            self.assertEqual((counted.call_count, ranked.call_count), (1, 1))
            self.assertEqual(len(keys(found.all())), 40)
            self.assertEqual((counted.call_count, ranked.call_count), (1, 2))
