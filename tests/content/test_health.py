"""What /healthz is told about the database, the disk and the worker."""

import threading
from collections import namedtuple
from datetime import timedelta
from pathlib import Path
from typing import Any
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
        away = mock.patch.object(health.connection, "cursor", side_effect=OperationalError("away"))
        with away, self.assertLogs("content.health", "ERROR") as log:
            facts = health.database()
        self.assertEqual((facts["ok"], facts["critical"]), (False, True))
        self.assertIn("away", log.output[0])

    def test_what_the_database_said_is_for_the_log_and_not_for_everybody(self):
        error = OperationalError('connection to "db.internal" failed for user "blog"')
        away = mock.patch.object(health.connection, "cursor", side_effect=error)
        with away, self.assertLogs("content.health", "ERROR"):
            facts = health.database()
        self.assertEqual(facts, {"ok": False, "critical": True, "error": "OperationalError"})

    def test_a_disk_with_less_than_100_mb_is_critical(self):
        for free, expected in ((10 * 1024**3, True), (50 * 1024**2, False)):
            with mock.patch("content.health.shutil.disk_usage", return_value=Usage(1, 1, free)):
                facts = health.disk()
            self.assertEqual((facts["ok"], facts["critical"]), (expected, True))

    def test_a_folder_that_cannot_be_written_is_critical(self):
        with mock.patch("content.health.os.access", return_value=False):
            facts = health.disk()
        self.assertEqual((facts["ok"], facts["critical"]), (False, True))

    def test_a_folder_that_is_not_there_is_critical(self):
        away = override_settings(DATA_DIR=Path("/nonexistent"))
        with away, self.assertLogs("content.health", "ERROR"):
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

    def test_the_names_of_hosts_are_not_told(self):
        Job.objects.create(name="search_sync@web-3.internal", error="OSError: disk full")
        self.assertEqual(health.worker()["failing"], ["search_sync"])


class DeadlineTests(SimpleTestCase):
    def setUp(self):
        self.asked: list[int] = []
        self.ends = threading.Event()
        self.addCleanup(health._last.clear)
        self.addCleanup(self.ends.set)

    def hang(self) -> dict[str, Any]:
        self.asked.append(1)
        self.ends.wait(10)
        return {"ok": True}

    def answer(self) -> dict[str, Any]:
        self.asked.append(1)
        return {"ok": True}

    def test_a_check_that_hangs_is_answered_in_time_and_not_asked_twice(self):
        with mock.patch("content.health.ANSWER_SECONDS", 0.05):
            answers = [health._bounded("hanging", self.hang, critical=True) for _ in range(3)]
        self.assertEqual([answer["ok"] for answer in answers], [False] * 3)
        self.assertEqual(len(self.asked), 1)

    def test_many_who_ask_within_a_moment_share_one_answer(self):
        answers = [health._bounded("shared", self.answer, critical=True) for _ in range(20)]
        self.assertEqual([answer["ok"] for answer in answers], [True] * 20)
        self.assertEqual(len(self.asked), 1)

    def test_an_answer_of_a_while_ago_is_asked_anew(self):
        with mock.patch("content.health.KEPT_SECONDS", -1):
            for _ in range(2):
                health._bounded("old", self.answer, critical=True)
                health._last["old"]._thread.join(5)
        self.assertEqual(len(self.asked), 2)
