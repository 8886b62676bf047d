import io
from unittest import mock

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import TestCase, override_settings

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

    def test_a_release_never_changes(self):
        release = self.store()
        release.version = "2.0"
        with self.assertRaises(PermissionDenied):
            release.save()

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
