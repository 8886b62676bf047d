from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.test import SimpleTestCase

from bench.search import questions
from bench.search.sections import Section, read_folder, read_packages

SECTIONS = [
    Section(
        "a", "甲", "缓存的失效", "Redis 里的缓存失效之后，请求都到了数据库那里，谁也拦不住它们。"
    ),
    Section(
        "b", "乙", "缓存的失效", "另一篇也说缓存的失效，却没有提到它是怎样发生的，只说了结果。"
    ),
]


class MadeQueriesTests(SimpleTestCase):
    def test_heading_that_two_sections_have_asks_for_both(self):
        (asked,) = questions.headings(SECTIONS)
        self.assertEqual(asked.grades, {"a": 1, "b": 1})

    def test_sentence_asks_for_the_passage_that_it_stands_in(self):
        asked = questions.sentences(SECTIONS, 10)
        self.assertEqual([each.grades for each in asked if "Redis" in each.query], [{"a": 1}])

    def test_keyword_asks_for_every_text_that_has_it_whatever_its_case(self):
        asked = {each.query: each.grades for each in questions.keywords(SECTIONS, 100)}
        self.assertEqual(asked["Redis"], {"a": 1})
        self.assertEqual(asked["缓存"], {"a": 1, "b": 1})

    def test_same_queries_are_drawn_every_time(self):
        self.assertEqual(questions.keywords(SECTIONS, 3), questions.keywords(SECTIONS, 3))


class JudgedTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        demo = Path(settings.BASE_DIR) / "demo"
        cls.sections = read_folder(demo / "articles") + read_packages(demo / "packages")

    def test_there_are_at_least_fifteen_queries_of_each_kind_and_120_in_all(self):
        # Fails, too, when a judged section has lost its heading: judge it anew under its new one.
        asked = questions.judged(self.sections)
        self.assertGreaterEqual(len(asked), 120)
        for kind in questions.KINDS:
            with self.subTest(kind):
                self.assertGreaterEqual(sum(each.kind == kind for each in asked), 15)

    def test_every_query_has_an_answer_and_no_grade_is_above_two(self):
        for each in questions.judged(self.sections):
            with self.subTest(each.query):
                self.assertTrue(any(each.grades.values()))
                self.assertLessEqual(set(each.grades.values()), {0, 1, 2})

    def test_judgement_of_what_is_not_there_is_refused(self):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "judged.yaml"
            path.write_text("one word:\n  缓存:\n    2: [gone]\n", encoding="utf-8")
            with self.assertRaisesMessage(ValueError, "gone"):
                questions.judged(SECTIONS, path)
