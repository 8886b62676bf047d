import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import (
    RequestFactory,
    TestCase,
    TransactionTestCase,
    override_settings,
    skipUnlessDBFeature,
)
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from content import counting, jobs, spool, visitors
from content.models import FoldedSpool, Job, Moderation, Status, Visit, VisitorSalt
from tests.factories import make_article, make_package

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"
# 23:50 in Shanghai; midnight is ten minutes later.
EVENING = int(datetime(2026, 11, 20, 15, 50, tzinfo=UTC).timestamp())
MINUTE = 60


class CountingTestCase(TestCase):
    def setUp(self):
        clear_spool()
        self.addCleanup(clear_spool)
        visitors._salts.clear()
        self.article = make_article()

    def fold(self):
        return counting.fold(settled_seconds=0)

    def views(self) -> int:
        """How often the article was read, as its page will say."""
        self.fold()
        self.article.refresh_from_db()
        return self.article.views

    def look(self, at: float | None = None, *, address="192.0.2.1", agent=BROWSER, **named):
        """A visitor opens the article's page, at a time."""
        content = named.pop("content", self.article)
        request = request_of(address, agent, **named)
        with at_second(at):
            counting.count_view(request, content)


def clear_spool() -> None:
    spool._own.path = None
    for path in settings.SPOOL_DIR.glob("*"):
        if path.is_file():  # folders are other spools', or of other tests
            path.unlink()


def at_second(second: float | None):
    """The clock as counting reads it, and nobody else."""
    clock = mock.Mock(time=lambda: second or time.time())
    return mock.patch("content.counting.time", clock)


def request_of(address="192.0.2.1", agent=BROWSER, **headers):
    factory = RequestFactory(headers={"user-agent": agent, **headers})
    return factory.get("/", REMOTE_ADDR=address)


def write(name: str, *lines: str) -> Path:
    """A spool file with these lines, as another process would have left it."""
    settings.SPOOL_DIR.mkdir(parents=True, exist_ok=True)
    path = settings.SPOOL_DIR / f"{name}.counts"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


class OnceTests(CountingTestCase):
    def test_a_look_is_counted_once_folded(self):
        self.client.get(self.article.get_absolute_url(), headers={"user-agent": BROWSER})
        self.article.refresh_from_db()
        self.assertEqual(self.article.views, 0)
        self.assertEqual(self.views(), 1)
        self.assertEqual(self.views(), 1)

    def test_who_comes_back_within_half_an_hour_is_counted_once(self):
        for minutes in (0, 5, 29):
            self.look(EVENING - 3600 + minutes * MINUTE)
        self.assertEqual(self.views(), 1)

    def test_it_makes_no_difference_that_the_first_look_was_folded_already(self):
        self.look(EVENING - 3600)
        self.assertEqual(self.views(), 1)
        self.look(EVENING - 3600 + 29 * MINUTE)
        self.assertEqual(self.views(), 1)

    def test_who_comes_back_after_half_an_hour_is_counted_again(self):
        self.look(EVENING - 7200)
        self.look(EVENING - 7200 + 30 * MINUTE)
        self.assertEqual(self.views(), 2)

    def test_midnight_does_not_make_a_second_view(self):
        self.look(EVENING)
        self.look(EVENING + 15 * MINUTE)
        self.assertEqual(self.views(), 1)
        self.look(EVENING + 31 * MINUTE)
        self.look(EVENING + 50 * MINUTE)
        self.assertEqual(self.views(), 2)

    def test_other_visitors_other_pages_and_the_same_page_are_told_apart(self):
        other = make_article()
        self.look()
        self.look(address="192.0.2.2")
        self.look(agent="Mozilla/5.0 Chrome/150")
        self.look(content=other)
        self.assertEqual(self.views(), 3)
        other.refresh_from_db()
        self.assertEqual(other.views, 1)

    def test_who_says_no_name_is_not_counted(self):
        self.look(agent="")
        self.assertEqual(spool.waiting(), [])

    def test_hostile_names_make_one_line_each(self):
        for agent in ("x\nviews article 1", "x\r\nviews", "é\udcff\0", "M" * 65536):
            self.look(agent=agent)
        self.assertEqual(self.views(), 4)
        self.assertEqual(Visit.objects.count(), 4)

    def test_a_download_is_counted_once_a_day_and_apart_from_views(self):
        package = make_package(stored=True)
        for _time in range(2):
            self.client.get(package.get_file_url(), headers={"user-agent": BROWSER})
            self.fold()
        package.refresh_from_db()
        self.assertEqual((package.views, package.downloads), (0, 1))

    def test_a_download_on_the_next_day_is_another(self):
        package = make_package()
        request = request_of()
        for at in (EVENING, EVENING + 9 * MINUTE, EVENING + 11 * MINUTE):
            with at_second(at):
                counting.count_download(request, package)
        self.fold()
        package.refresh_from_db()
        self.assertEqual(package.downloads, 2)

    def test_the_rest_of_a_download_and_a_copy_that_is_still_good_are_no_downloads(self):
        package = make_package(stored=True)
        etag = f'"{package.latest_release.sha256}"'
        for headers, status in (({"range": "bytes=10-"}, 206), ({"if-none-match": etag}, 304)):
            response = self.client.get(
                package.get_file_url(), headers={"user-agent": BROWSER, **headers}
            )
            self.assertEqual(response.status_code, status)
            with override_settings(X_ACCEL_PACKAGES="/internal/"):
                self.client.get(package.get_file_url(), headers={"user-agent": BROWSER, **headers})
        self.client.head(package.get_file_url(), headers={"user-agent": BROWSER})
        self.fold()
        package.refresh_from_db()
        self.assertEqual(package.downloads, 0)


class OrderTests(CountingTestCase):
    def line(self, second: int, visitor="a" * 32, **named) -> str:
        previous = f" {named['previous']}" if "previous" in named else ""
        return f"views article {self.article.pk} {visitor} {second}{previous}"

    def test_lines_in_any_order_over_several_files_count_as_they_happened(self):
        # Looks at 0, 31 and 62 minutes count; the others repeat them.
        write("3", self.line(EVENING + 3), self.line(EVENING))
        write("1", self.line(EVENING + 31 * MINUTE), self.line(EVENING + 62 * MINUTE))
        write("2", self.line(EVENING + 63 * MINUTE), self.line(EVENING + 61 * MINUTE))
        self.assertEqual(self.views(), 3)

    def test_a_late_file_does_not_make_a_visit_older(self):
        write("1", self.line(EVENING + 3600))
        self.fold()
        write("2", self.line(EVENING))
        self.fold()
        write("3", self.line(EVENING + 3600 + MINUTE))
        self.assertEqual(self.views(), 2)

    def test_lines_of_an_older_version_still_count(self):
        write("1", f"views article {self.article.pk}", f"views article {self.article.pk}")
        self.assertEqual(self.views(), 2)

    def test_a_last_line_that_was_cut_off_counts_nothing(self):
        path = write("1", self.line(EVENING))
        with path.open("a") as file:
            file.write(f"views article {self.article.pk}")
        self.assertEqual(self.views(), 1)

    def test_damaged_lines_spoil_nothing_else(self):
        write(
            "1",
            "views nothing 1",
            "rubbish",
            "moderation article 1",
            f"downloads article {self.article.pk}",
            f"views article {self.article.pk} short 1",
            f"views article {'9' * 18}",
            f"views article {'9' * 40}",
            f"views article -{self.article.pk}",
            self.line(9_999_999_999, visitor="b" * 32),
            f"views article {self.article.pk} {'c' * 32} {'9' * 30}",
            "",
            self.line(EVENING),
        )
        with self.assertNoLogs():
            self.assertEqual(self.views(), 2)

    def test_the_number_of_queries_does_not_grow_with_the_lines(self):
        def queries(start: int, number: int) -> int:
            lines = [self.line(EVENING, visitor=f"{start + n:032x}") for n in range(number)]
            write(str(start), *lines)
            with CaptureQueriesContext(connection) as captured:
                self.fold()
            return len(captured)

        self.fold()
        queries(1, 1)
        self.assertEqual(queries(1000, 2), queries(2000, 60))


class PublicTests(CountingTestCase):
    """What a beacon names may be anything."""

    def count(self, kind: str, pk: int) -> None:
        factory = RequestFactory(headers={"user-agent": BROWSER})
        request = factory.post("/", REMOTE_ADDR="192.0.2.1")
        counting.count_beacon(request, kind, pk)

    def test_a_draft_gathers_no_views(self):
        draft = make_article(status=Status.DRAFT)
        later = make_article(published_at=timezone.now() + timedelta(days=1))
        for content in (draft, later):
            self.count("article", content.pk)
        self.fold()
        for content in (draft, later):
            content.refresh_from_db()
            self.assertEqual(content.views, 0)
        self.assertFalse(Visit.objects.exists())

    def test_what_is_taken_down_while_it_is_read_still_counts(self):
        self.look()
        self.article.set_moderation(Moderation.REMOVED)
        self.assertEqual(self.views(), 1)

    def test_another_kind_of_the_same_page_is_not_another_view(self):
        self.look()
        self.count("reprint", self.article.pk)
        self.assertEqual(self.views(), 1)


class CrashTests(CountingTestCase):
    def test_a_file_that_was_folded_and_not_deleted_is_not_added_twice(self):
        self.look()
        with mock.patch.object(Path, "unlink", side_effect=OSError), self.assertLogs():
            self.fold()
        self.assertEqual(len(spool.waiting()), 1)
        self.assertEqual(self.views(), 1)
        self.assertEqual(spool.waiting(), [])

    def test_what_comes_after_such_a_crash_is_not_lost(self):
        self.look()
        with mock.patch.object(Path, "unlink", side_effect=OSError), self.assertLogs():
            self.fold()
        self.look(address="192.0.2.2")
        self.assertEqual(self.views(), 2)

    def test_a_fold_that_fails_counts_nothing_and_loses_nothing(self):
        self.look()
        broken = mock.patch("content.counting._remember", side_effect=DatabaseError)
        with broken, self.assertRaises(DatabaseError):
            self.fold()
        self.article.refresh_from_db()
        self.assertEqual(self.article.views, 0)
        self.assertEqual(self.views(), 1)

    def test_a_file_still_being_written_waits(self):
        self.look()
        self.assertEqual(counting.fold(settled_seconds=60), 0)

    def test_threads_at_once_lose_nothing(self):
        # Else each would ask the database, where a thread does not see this test's rows.
        counting.count_view(request_of("192.0.2.0"), self.article)
        with ThreadPoolExecutor(8) as threads:
            for number in range(1, 200):
                request = request_of(f"192.0.2.{number}")
                threads.submit(counting.count_view, request, self.article)
        self.assertEqual(self.views(), 200)


class UnwritableTests(CountingTestCase):
    def page(self) -> int:
        address = self.article.get_absolute_url()
        return self.client.get(address, headers={"user-agent": BROWSER}).status_code

    def test_a_spool_that_cannot_be_written_costs_a_count_and_one_entry_in_the_log(self):
        blocked = settings.SPOOL_DIR.parent / "a file"
        blocked.touch()
        for folder in (blocked, blocked / "spool"):
            counting._is_failing, spool._own.path = False, None
            with override_settings(SPOOL_DIR=folder), self.assertLogs("content.counting") as logs:
                self.assertEqual([self.page(), self.page()], [200, 200])
            self.assertEqual(len(logs.output), 1)
        self.assertEqual(self.page(), 200)
        self.assertEqual(self.views(), 1)

    def test_a_folder_that_is_missing_is_made(self):
        folder = settings.SPOOL_DIR.parent / "new" / "spool"
        spool._own.path = None
        with override_settings(SPOOL_DIR=folder):
            self.assertEqual(self.fold(), 0)
            self.page()
            self.assertEqual(self.views(), 1)

    def test_a_database_that_takes_no_salt_costs_a_count(self):
        counting._is_failing = False
        broken = mock.patch.object(VisitorSalt.objects, "get_or_create", side_effect=DatabaseError)
        with broken, self.assertLogs("content.counting"):
            self.look()
        self.assertEqual(self.views(), 0)


class BeaconTests(CountingTestCase):
    def send(self, kind="article", pk=None, method="post", **headers) -> int:
        headers = {"user-agent": BROWSER, "sec-fetch-site": "same-origin", **headers}
        headers = {name: value for name, value in headers.items() if value is not None}
        address = f"/count/{kind}/{pk or self.article.pk}/"
        response = getattr(self.client, method)(address, headers=headers)
        self.assertFalse(response.cookies)
        return response.status_code

    def test_a_page_from_a_cache_is_counted(self):
        self.assertEqual(self.send(), 204)
        self.assertEqual(self.views(), 1)

    def test_a_page_that_was_counted_when_it_was_made_is_not_counted_again(self):
        self.client.get(self.article.get_absolute_url(), headers={"user-agent": BROWSER})
        self.assertEqual(self.send(), 204)
        self.assertEqual(self.views(), 1)
        self.send()
        self.assertEqual(self.views(), 1)

    def test_it_asks_the_database_nothing(self):
        self.send()
        with self.assertNumQueries(0):
            self.send()

    def test_pages_of_others_cannot_count_here(self):
        for headers in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "none"},
            {"sec-fetch-site": None},
            {"sec-fetch-site": None, "origin": "null"},
            {"sec-fetch-site": None, "origin": "https://example.com"},
            {"sec-fetch-site": None, "origin": "http://[bad"},
        ):
            with self.subTest(headers):
                self.assertEqual(self.send(**headers), 403)
        self.assertEqual(self.views(), 0)

    def test_browsers_that_name_only_their_origin_are_understood(self):
        headers = {"sec-fetch-site": None, "origin": "http://testserver"}
        self.assertEqual(self.send(**headers), 204)
        self.assertEqual(self.views(), 1)

    def test_what_is_no_page_is_not_found_and_other_methods_are_refused(self):
        self.assertEqual(self.send(kind="nothing"), 404)
        self.assertEqual(self.send(pk=2**63), 404)
        self.assertEqual(self.send(pk="9" * 5000), 404)
        self.assertEqual(self.send(method="get"), 405)

    def test_programs_are_answered_and_not_counted(self):
        self.assertEqual(self.send(**{"user-agent": "Baiduspider/2.0"}), 204)
        self.assertEqual(self.views(), 0)

    def test_the_pages_say_how_they_are_counted_and_drafts_have_no_beacon(self):
        package = make_package()
        for content in (self.article, package):
            page = self.client.get(content.get_absolute_url())
            self.assertContains(page, f'data-count="/count/{content.kind}/{content.pk}/"')
            self.assertContains(page, 'class="count-rule"', 1 if content is self.article else 2)
        self.assertContains(self.client.get("/"), 'class="count-rule ', 1)


class ForgettingTests(CountingTestCase):
    def test_after_a_day_nothing_says_who_read_what(self):
        self.look()
        self.fold()
        now = timezone.now()
        counting.forget(now + timedelta(hours=23))
        self.assertTrue(Visit.objects.exists())
        counting.forget(now + timedelta(hours=25))
        self.assertFalse(Visit.objects.exists())
        self.assertEqual(self.views(), 1)

    def test_lines_that_still_wait_find_whom_they_repeat(self):
        self.look()
        self.fold()
        self.look()
        counting.forget(timezone.now() + timedelta(days=3))
        self.assertEqual(self.views(), 1)

    def test_visits_of_a_clock_that_was_wrong_go_too(self):
        self.look(4_000_000_000)
        self.fold()
        counting.forget(timezone.now())
        self.assertFalse(Visit.objects.exists())

    def test_the_worker_forgets(self):
        self.look(EVENING - 30 * 24 * 3600)
        self.fold()
        jobs.clean_up()
        self.assertFalse(Visit.objects.exists())
        self.assertEqual(VisitorSalt.objects.count(), 2)  # of today and tomorrow


class CommandTests(CountingTestCase):
    def test_the_command_folds_everything_at_once(self):
        self.look()
        output = StringIO()
        call_command("fold_counts", "--json", stdout=output)
        self.assertEqual(output.getvalue().strip(), '{"files": 1}')
        self.article.refresh_from_db()
        self.assertEqual(self.article.views, 1)


@skipUnlessDBFeature("has_select_for_update")
class ManyFoldersTests(TransactionTestCase):
    """On PostgreSQL; with SQLite tests/content/test_counting_server.py does the same."""

    def test_folds_at_once_count_a_visitor_once(self):
        clear_spool()
        self.addCleanup(clear_spool)
        article = make_article()
        for number in range(24):
            both = ("a" * 32, f"{number:032x}")
            write(str(number), *(f"views article {article.pk} {each} {EVENING}" for each in both))
        Job.objects.all().delete()  # the first to come make its row
        errors: list[Exception] = []
        # Where nobody takes turns, two have read whom they know before either writes.
        meeting = threading.Barrier(2, timeout=0.5)
        known = counting._visits

        def read_and_meet(lines: Any) -> Any:
            found = known(lines)
            with suppress(threading.BrokenBarrierError):
                meeting.wait()
            return found

        def run() -> None:
            try:
                counting.fold(settled_seconds=0)
            except Exception as error:
                errors.append(error)
                raise
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _index in range(4)]
        with mock.patch("content.counting._visits", read_and_meet):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
        self.assertEqual(errors, [])
        article.refresh_from_db()
        self.assertEqual(article.views, 25)
        self.assertEqual(FoldedSpool.objects.count(), 24)
