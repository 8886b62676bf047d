import os
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.cache import cache
from django.test import RequestFactory, TestCase, override_settings
from django.utils import timezone

from search import querylog
from search.models import QueryCount

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"


class QueryLogTests(TestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        changed = override_settings(SPOOL_DIR=self.folder)
        changed.enable()
        self.addCleanup(changed.disable)
        querylog._file.path = None
        self.addCleanup(setattr, querylog._file, "path", None)
        self.addCleanup(cache.clear)

    def request(self, **headers):
        return RequestFactory().get("/search/", headers={"User-Agent": BROWSER, **headers})

    def rows(self):
        querylog.fold(settled_seconds=0)
        return list(QueryCount.objects.values_list("query", "searches", "results", "clicks"))

    def test_searches_of_a_day_are_counted_whatever_their_spelling(self):
        for text, total in (("Redis 集群", 7), ("ＲＥＤＩＳ  集群", 8)):
            querylog.note_search(self.request(), text, total)
        querylog.note_click(self.request(), "redis 集群")
        self.assertEqual(self.rows(), [("redis 集群", 2, 8, 1)])

    def test_counts_of_later_files_are_added(self):
        querylog.note_search(self.request(), "redis", 7)
        self.rows()
        querylog._file.path = None
        querylog.note_search(self.request(), "redis", 0)
        self.assertEqual(self.rows(), [("redis", 2, 0, 0)])

    def test_file_that_was_counted_before_a_crash_is_not_counted_again(self):
        querylog.note_search(self.request(), "redis", 7)
        (file,) = (self.folder / "queries").iterdir()
        kept = file.read_bytes()
        self.rows()
        file.write_bytes(kept)  # as if the process had died before it removed the file
        self.assertEqual(self.rows(), [("redis", 1, 7, 0)])

    def test_bots_and_prefetching_are_not_counted(self):
        for headers in (
            {"User-Agent": "Googlebot/2.1"}, {"User-Agent": ""}, {"Sec-Purpose": "prefetch"},
        ):  # fmt: skip
            querylog.note_search(self.request(**headers), "redis", 1)
        self.assertEqual(self.rows(), [])

    def test_what_may_be_personal_is_never_written(self):
        for text in (
            "zhang.san@example.com", "13800138000", "138 0013 8000", "11010519491231002X",
            "https://example.com/?token=1", "d41d8cd98f00b204e9800998ecf8427e", "x" * 101, "  ",
            "example.com/login?key=geheim", "sk-live-4eC39HqLyjWDarjtT1zdp7dc",
        ):  # fmt: skip
            with self.subTest(text):
                querylog.note_search(self.request(), text, 1)
        self.assertFalse(any(self.folder.rglob("*.queries")))
        long_name = "AbstractAnnotationConfigDispatcherServletInitializer"
        for text in ("nginx 1.27.3 端口 8080", long_name, "a?b:c 三元运算符"):
            self.assertTrue(querylog.is_kept(text), text)

    def test_nothing_but_day_query_and_numbers_is_written(self):
        querylog.note_search(self.request(), "redis", 7)
        (file,) = (self.folder / "queries").iterdir()
        today = timezone.localdate().isoformat()
        self.assertEqual(file.read_text(), f'{{"day": "{today}", "query": "redis", "total": 7}}\n')

    def test_line_that_was_cut_off_costs_only_itself(self):
        querylog.note_search(self.request(), "redis", 7)
        (file,) = (self.folder / "queries").iterdir()
        with file.open("ab") as cut:
            cut.write(b'{"day": "2026-13-45", "query": "redis", "total": 1}\n{"day": "2026')
        self.assertEqual(self.rows(), [("redis", 1, 7, 0)])

    def test_file_that_is_still_written_to_is_left(self):
        querylog.note_search(self.request(), "redis", 7)
        querylog.fold()
        self.assertFalse(QueryCount.objects.exists())
        (file,) = (self.folder / "queries").iterdir()
        past = time.time() - querylog.SETTLED_SECONDS - 1
        os.utime(file, (past, past))
        querylog.fold()
        self.assertTrue(QueryCount.objects.exists())

    def test_folder_that_cannot_be_written_costs_no_answer(self):
        (self.folder / "queries").write_text("a file where the folder should be")
        with self.assertLogs("search.querylog", "ERROR"):
            querylog.note_search(self.request(), "redis", 7)

    def test_counts_are_deleted_after_ninety_days(self):
        today = timezone.localdate()
        for age in (90, 91):
            QueryCount.objects.create(day=today - timedelta(days=age), query="redis", searches=1)
        querylog.purge()
        self.assertEqual(QueryCount.objects.get().day, today - timedelta(days=90))

    def test_popular_queries_were_asked_often_and_found_something(self):
        today = timezone.localdate()
        for query, searches, results in (
            ("redis 集群", 5, 3), ("redis 锁", 9, 3), ("redis cluter", 9, 0), ("redis 我家", 1, 3),
        ):  # fmt: skip
            QueryCount.objects.create(day=today, query=query, searches=searches, results=results)
        self.assertEqual(querylog.popular("Redis", 5), ["redis 锁", "redis 集群"])
        with self.assertNumQueries(0):
            self.assertEqual(querylog.popular("redis 集", 5), ["redis 集群"])
