import io
import os
import time
from unittest import mock

from django.db import transaction
from django.test import TestCase

from downloads import jobs, services, storage
from downloads.models import Release
from tests.factories import make_package, make_zip


class CleanUpTests(TestCase):
    def setUp(self):
        self.package = make_package(version="0.9")

    def store(self, data: bytes, version: str = "1.0") -> Release:
        return services.store_package(
            package=self.package, upload=io.BytesIO(data), version=version, name="a.zip"
        )

    def leave_behind(self, data: bytes) -> str:
        """Store a package in a transaction that fails afterwards; the hash of its file."""
        with self.assertRaises(RuntimeError), transaction.atomic():
            release = self.store(data)
            raise RuntimeError("The import failed after this package.")
        return release.sha256

    def make_old(self, sha256: str) -> None:
        long_ago = time.time() - jobs.ORPHAN_SECONDS - 60
        os.utime(storage.package_path(sha256), (long_ago, long_ago))

    def exists(self, sha256: str) -> bool:
        return storage.package_path(sha256).exists()

    def test_a_file_left_by_a_failed_transaction_is_gone_after_a_day(self):
        sha256 = self.leave_behind(make_zip({"left": b"behind"}))
        jobs.clean_up()
        self.assertTrue(self.exists(sha256), "Its transaction might still be under way.")
        self.make_old(sha256)
        jobs.clean_up()
        self.assertFalse(self.exists(sha256))

    def test_the_file_of_a_release_stays_however_old_it_is(self):
        sha256 = self.store(make_zip({"in": b"use"})).sha256
        self.make_old(sha256)
        jobs.clean_up()
        self.assertTrue(self.exists(sha256))

    def test_a_left_over_file_that_is_uploaded_again_counts_as_new(self):
        data = make_zip({"second": b"try"})
        sha256 = self.leave_behind(data)
        self.make_old(sha256)
        self.leave_behind(data)
        jobs.clean_up()
        self.assertTrue(self.exists(sha256))

    def test_more_files_than_one_batch_are_gone_through(self):
        left = [self.leave_behind(make_zip({"n": str(n).encode()})) for n in range(5)]
        for sha256 in left:
            self.make_old(sha256)
        with mock.patch.object(jobs, "_BATCH", 2):
            jobs.clean_up()
        self.assertEqual([sha256 for sha256 in left if self.exists(sha256)], [])
