import io
import threading
import unittest
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone

from downloads import services, storage
from downloads.archives import ArchiveRefused
from downloads.models import Release
from tests.factories import make_package, make_zip


def files() -> list[str]:
    return sorted(path.name for path in settings.PACKAGES_DIR.rglob("*") if path.is_file())


class StorePackageTests(TestCase):
    def setUp(self):
        for path in settings.PACKAGES_DIR.rglob("*"):
            if path.is_file():
                path.unlink()
        self.package = make_package(version="0.9")

    def store(self, data: bytes | None = None, version: str = "1.0.0", name: str = "a.zip"):
        return services.store_package(
            package=self.package,
            upload=io.BytesIO(data or make_zip()),
            version=version,
            name=name,
        )

    def test_a_new_zip_becomes_the_latest_release_and_the_older_stays(self):
        first, second = self.store(), self.store(make_zip({"b": b"2"}), "1.1.0")
        self.package.refresh_from_db()
        self.assertEqual(self.package.latest_release, second)
        self.assertIn(first, self.package.releases.all())
        self.assertEqual(len(files()), 2)

    def test_a_release_that_was_published_elsewhere_before_keeps_its_time_but_none_to_come(self):
        now = timezone.now()
        for moment, kept in ((now - timedelta(days=9), True), (now + timedelta(days=9), False)):
            release = services.store_package(
                package=self.package,
                upload=io.BytesIO(make_zip()),
                version=f"1.{kept:d}",
                name="a.zip",
                created_at=moment,
            )
            self.assertEqual(release.created_at == moment, kept)
            self.assertLessEqual(release.created_at, timezone.now())

    def test_size_hash_and_listing_are_those_of_the_file(self):
        data = make_zip({"dist/a.js": b"abc", "readme.md": b""})
        release = self.store(data)
        self.assertEqual(release.size, len(data))
        self.assertEqual(release.listing, [["dist/a.js", 3], ["readme.md", 0]])
        self.assertEqual(files(), [f"{release.sha256}.zip"])

    def test_a_refused_archive_leaves_no_row_and_no_file(self):
        for data, name, rule in (
            (b"not a zip", "a.zip", "Z13"),
            (make_zip(), "a.rar", "Z14"),
            (make_zip({"../evil": b"1"}), "a.zip", "Z1"),
        ):
            with self.subTest(rule), self.assertRaises(ArchiveRefused) as caught:
                self.store(data, name=name)
            self.assertEqual(caught.exception.rule, rule)
        self.assertEqual(files(), [])
        self.assertEqual(Release.objects.count(), 1)

    @override_settings(PACKAGE_MAX_BYTES=100)
    def test_an_upload_over_the_limit_is_refused_while_it_arrives(self):
        with self.assertRaises(ArchiveRefused) as caught:
            self.store(make_zip({"a": b"1" * 5000, "b": b"2"}))
        self.assertEqual(caught.exception.rule, "Z7")
        self.assertEqual(files(), [])

    def test_a_full_disk_leaves_nothing_behind(self):
        full = mock.patch("os.fsync", side_effect=OSError(28, "No space left on device"))
        with full, self.assertRaises(OSError):
            self.store()
        self.assertEqual(files(), [])

    def test_a_version_that_is_there_already_is_refused(self):
        self.store()
        with self.assertRaises(ValidationError):
            self.store(make_zip({"other": b"1"}))
        self.assertEqual(len(files()), 1)

    def test_a_database_that_fails_leaves_no_file(self):
        broken = mock.patch.object(Release, "save", side_effect=RuntimeError("broken"))
        with broken, self.assertRaises(RuntimeError):
            self.store()
        self.assertEqual(files(), [])

    def test_a_version_taken_between_the_check_and_the_row_is_refused_and_leaves_no_file(self):
        self.store()
        with (
            mock.patch.object(Release, "full_clean"),
            self.assertRaises(ValidationError) as caught,
        ):
            self.store(make_zip({"other": b"1"}))
        self.assertIn("version", caught.exception.message_dict)
        self.assertEqual(len(files()), 1)

    def test_a_disk_that_refuses_the_final_name_leaves_no_release(self):
        full = mock.patch("downloads.storage.sync_folder", side_effect=OSError(28, "full"))
        with full, self.assertRaises(OSError):
            self.store()
        self.package.refresh_from_db()
        self.assertEqual(self.package.latest_release.version, "0.9")

    def test_two_packages_may_have_the_same_file_and_purging_one_keeps_it(self):
        self.store()
        other = make_package(stored=True)
        self.assertEqual(len(files()), 1)
        with self.captureOnCommitCallbacks(execute=True):
            services.purge_package(other)
        self.assertEqual(len(files()), 1)
        with self.captureOnCommitCallbacks(execute=True):
            services.purge_package(self.package)
        self.assertEqual(files(), [])

    def test_a_received_package_that_is_not_stored_is_discarded(self):
        with services.receive_package(io.BytesIO(make_zip()), name="a.zip") as received:
            self.assertTrue(received.part.path.exists())
        self.assertEqual(files(), [])
        self.assertEqual(storage.INCOMING, received.part.path.parent.name)


@unittest.skipUnless(connection.vendor == "postgresql", "SQLite has one writer at a time")
class AtOnceTests(TransactionTestCase):
    def setUp(self):
        self.package = make_package(version="0.9")
        self.data = make_zip({"only": b"here"})

    def store(self) -> Release:
        return services.store_package(
            package=self.package, upload=io.BytesIO(self.data), version="1.0", name="a.zip"
        )

    def together(self, *acts: Callable[[], Any]) -> list[Any]:
        """What each act, in a thread of its own, gave or raised."""
        results: list[Any] = [None] * len(acts)

        def run(number: int) -> None:
            try:
                results[number] = acts[number]()
            except (ValidationError, DatabaseError, OSError) as error:
                results[number] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[number]) for number in range(len(acts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return results

    def test_a_form_sent_twice_at_once_makes_one_release_that_keeps_its_file(self):
        both_checked = threading.Barrier(2)
        check = Release.full_clean

        def check_and_wait(release: Release, *args: Any, **kwargs: Any) -> None:
            check(release, *args, **kwargs)
            both_checked.wait(10)

        with mock.patch.object(Release, "full_clean", check_and_wait):
            results = self.together(self.store, self.store)
        kinds = sorted(type(result).__name__ for result in results)
        self.assertEqual(kinds, ["Release", "ValidationError"], results)
        release = Release.objects.get(version="1.0")
        self.assertTrue(storage.package_path(release.sha256).exists())

    def test_a_file_that_is_being_stored_again_is_not_removed_with_its_last_release(self):
        other = make_package(stored=True, files={"only": b"here"})
        kept, may_commit = threading.Event(), threading.Event()

        def store_slowly() -> Release:
            with transaction.atomic():
                release = self.store()
                kept.set()
                may_commit.wait(10)
            return release

        def purge() -> None:
            kept.wait(10)
            # The removal waits for the other's commit, which is let go only now.
            threading.Timer(0.1, may_commit.set).start()
            services.purge_package(other)

        release, _purged = self.together(store_slowly, purge)
        self.assertIsInstance(release, Release)
        self.assertTrue(storage.package_path(release.sha256).exists())
