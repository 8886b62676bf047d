from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.test import RequestFactory, TestCase

from content import counting
from tests.factories import make_article, make_package

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"


class CountingTests(TestCase):
    def setUp(self):
        for path in settings.SPOOL_DIR.glob("*"):
            path.unlink()
        self.request = RequestFactory(headers={"user-agent": BROWSER}).get("/")
        self.article = make_article()

    def views(self) -> int:
        self.article.refresh_from_db()
        return self.article.views

    def test_a_look_is_counted_once_folded(self):
        self.client.get(self.article.get_absolute_url(), headers={"user-agent": BROWSER})
        self.assertEqual(self.views(), 0)
        counting.fold(settled_seconds=0)
        counting.fold(settled_seconds=0)
        self.assertEqual(self.views(), 1)

    def test_a_file_that_was_folded_and_not_deleted_is_not_added_twice(self):
        counting.count_view(self.request, self.article)
        (path,) = settings.SPOOL_DIR.glob("*.counts")
        kept = path.read_bytes()
        counting.fold(settled_seconds=0)
        path.write_bytes(kept)  # as after a kill between the commit and the unlink
        counting.fold(settled_seconds=0)
        self.assertEqual(self.views(), 1)

    def test_threads_at_once_lose_nothing(self):
        with ThreadPoolExecutor(8) as threads:
            for _index in range(200):
                threads.submit(counting.count_view, self.request, self.article)
        counting.fold(settled_seconds=0)
        self.assertEqual(self.views(), 200)

    def test_a_file_still_being_written_waits(self):
        counting.count_view(self.request, self.article)
        self.assertEqual(counting.fold(settled_seconds=60), 0)

    def test_programs_prefetches_and_later_parts_are_not_counted(self):
        factory = RequestFactory()
        refused = {
            "head": factory.head("/", headers={"user-agent": BROWSER}),
            "crawler": factory.get("/", headers={"user-agent": "Baiduspider/2.0"}),
            "no name": factory.get("/"),
            "prefetch": factory.get(
                "/", headers={"user-agent": BROWSER, "sec-purpose": "prefetch;prerender"}
            ),
            "continued": factory.get("/", headers={"user-agent": BROWSER, "range": "bytes=500-"}),
        }
        for name, request in refused.items():
            with self.subTest(name):
                self.assertFalse(counting.counts(request))

    def test_a_damaged_line_spoils_nothing_else(self):
        counting.count_view(self.request, self.article)
        (path,) = settings.SPOOL_DIR.glob("*.counts")
        path.write_bytes(
            b"views nothing 1\nrubbish\n\xff\xfe\nmoderation article 1\n" + path.read_bytes()
        )
        counting.fold(settled_seconds=0)
        self.assertEqual(self.views(), 1)

    def test_downloads_are_counted_apart_from_views(self):
        package = make_package(stored=True)
        self.client.get(package.get_file_url(), headers={"user-agent": BROWSER})
        counting.fold(settled_seconds=0)
        package.refresh_from_db()
        self.assertEqual((package.views, package.downloads), (0, 1))
