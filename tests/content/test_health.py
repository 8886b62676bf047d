"""What /healthz is told about the database, the disk and the worker."""

import threading
from collections import namedtuple
from datetime import timedelta
from pathlib import Path
from unittest import mock

from django.db import OperationalError
from django.test import SimpleTestCase, TestCase, override_settings
from django.utils import timezone

from content import health
from content.models import Job
from content.worker import beat_name

Usage = namedtuple("Usage", "total used free")


class HealthTests(TestCase):
    def test_a_database_that_answers_is_well(self):
        self.assertEqual(health.database()["ok"], True)

    def test_a_database_that_is_away_is_critical_and_never_raises(self):
        with mock.patch.object(health.connection, "cursor", side_effect=OperationalError("away")):
            facts = health.database()
        self.assertEqual((facts["ok"], facts["critical"]), (False, True))
        self.assertIn("away", facts["error"])

    def test_a_disk_with_less_than_100_mb_is_critical(self):
        for free, expected in ((10 * 1024**3, True), (50 * 1024**2, False)):
            with mock.patch("content.health.shutil.disk_usage", return_value=Usage(1, 1, free)):
                facts = health.disk()
            self.assertEqual((facts["ok"], facts["critical"]), (expected, True))

    def test_a_folder_that_cannot_be_written_is_critical(self):
        with override_settings(DATA_DIR=Path("/nonexistent")):
            facts = health.disk()
        self.assertEqual((facts["ok"], facts["critical"]), (False, True))

    def test_a_worker_is_well_while_it_beats(self):
        Job.objects.create(name=beat_name(), finished_at=timezone.now() - timedelta(seconds=5))
        self.assertEqual(health.worker()["ok"], True)

    def test_a_worker_that_is_silent_for_a_minute_is_unwell_and_not_critical(self):
        self.assertEqual(health.worker()["ok"], False)
        Job.objects.create(name=beat_name(), finished_at=timezone.now() - timedelta(seconds=70))
        facts = health.worker()
        self.assertEqual((facts["ok"], facts["critical"]), (False, False))
        self.assertGreaterEqual(facts["last_beat_seconds"], 70)

    def test_jobs_that_failed_are_named(self):
        Job.objects.create(name="fold_counts", error="OSError: disk full")
        self.assertEqual(health.worker()["failing"], ["fold_counts"])


class DeadlineTests(SimpleTestCase):
    def test_a_check_that_hangs_is_answered_in_time_and_not_asked_twice(self):
        ends = threading.Event()
        asked = []

        def hang():
            asked.append(1)
            ends.wait(10)
            return {"ok": True}

        with mock.patch("content.health.ANSWER_SECONDS", 0.05):
            first = health._bounded("hanging", hang, critical=True)
            second = health._bounded("hanging", hang, critical=True)
        ends.set()
        health._hanging.pop("hanging").join(5)
        self.assertEqual((first["ok"], second["ok"], len(asked)), (False, False, 1))
