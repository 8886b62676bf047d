"""The worker: every job in its turn, one worker at a time, whatever fails."""

import logging
import os
import threading
import time
from datetime import timedelta
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone

from content import jobs
from content.models import FoldedSpool, Job
from content.worker import Lease, Task, Worker, beat_name, tasks

HOUR = timedelta(hours=1)
ran: list[str] = []


def quick():
    ran.append("quick")


def second():
    ran.append("second")


def broken():
    raise RuntimeError("nothing works")


def hungry():
    ran.append("hungry")
    return len(ran) < 5


def task(function, every=HOUR):
    return Task(name=function.__name__, run=f"{__name__}.{function.__name__}", every=every)


class LeaseTests(TestCase):
    def test_two_workers_do_not_run_one_job_at_the_same_time(self):
        first, other = Lease(task(quick), "one"), Lease(task(quick), "two")
        self.assertTrue(first.take())
        self.assertFalse(other.take())

    def test_a_job_is_not_run_again_before_it_is_due_by_any_worker(self):
        first, other = Lease(task(quick), "one"), Lease(task(quick), "two")
        first.take()
        first.finish("")
        self.assertFalse(other.take())
        Job.objects.update(started_at=timezone.now() - HOUR)
        self.assertTrue(other.take())

    def test_the_lease_of_a_dead_worker_runs_out(self):
        Lease(task(quick), "dead").take()
        old = timezone.now() - timedelta(seconds=1)
        Job.objects.update(leased_until=old, started_at=old - HOUR)
        self.assertTrue(Lease(task(quick), "alive").take())

    def test_a_lease_is_renewed_while_its_job_runs(self):
        lease = Lease(task(quick), "one")
        lease.take()
        Job.objects.update(leased_until=timezone.now())
        lease.renew()
        self.assertGreater(Job.objects.get().leased_until, timezone.now() + timedelta(seconds=30))

    def test_a_daily_job_that_failed_is_tried_again_the_same_day(self):
        lease = Lease(task(quick, timedelta(days=1)), "one")
        lease.take()
        lease.finish("it failed")
        self.assertFalse(lease.take())
        Job.objects.update(started_at=timezone.now() - timedelta(minutes=6))
        self.assertTrue(lease.take())

    def test_a_frequent_job_does_not_write_at_every_run(self):
        lease = Lease(task(quick, timedelta(seconds=1)), "one")
        lease.take()
        lease.finish("")
        with self.assertNumQueries(0):
            for _run in range(5):
                self.assertTrue(lease.take())
                lease.finish("")

    def test_a_frequent_job_goes_to_another_worker_when_its_worker_stops(self):
        every = timedelta(seconds=1)
        first, other = Lease(task(quick, every), "one"), Lease(task(quick, every), "two")
        first.take()
        first.finish("")
        self.assertFalse(other.take())
        first.release()
        self.assertTrue(other.take())

    def test_jobs_of_every_host_carry_its_name(self):
        names = [each.name for each in tasks()]
        self.assertIn(f"search_sync@{settings.HOST_NAME}", names)
        self.assertIn("clean_up", names)


class RunOnceTests(TestCase):
    def setUp(self):
        ran.clear()

    def test_a_job_that_fails_is_recorded_and_the_others_run(self):
        worker = Worker([task(broken), task(quick)])
        with self.assertLogs("content.worker", "ERROR") as logs:
            self.assertFalse(worker.run_once())
        self.assertIsNotNone(logs.records[0].exc_info)
        self.assertEqual(ran, ["quick"])
        self.assertEqual(Job.objects.get(name="broken").error, "RuntimeError: nothing works")
        self.assertEqual(Job.objects.get(name="quick").error, "")

    def test_a_job_whose_program_is_missing_stops_no_other(self):
        missing = Task(name="missing", run="no.such.thing", every=HOUR)
        with self.assertLogs("content.worker", "ERROR"):
            Worker([missing, task(quick)]).run_once()
        self.assertEqual(ran, ["quick"])
        self.assertIn("ModuleNotFoundError", Job.objects.get(name="missing").error)

    def test_an_error_is_forgotten_once_the_job_works_again(self):
        Job.objects.create(name="quick", error="old")
        Worker([task(quick)]).run_once()
        self.assertEqual(Job.objects.get(name="quick").error, "")

    def test_the_command_runs_every_job_of_the_settings_and_says_when_one_failed(self):
        table = [{"name": "quick", "run": f"{__name__}.quick", "every": HOUR}]
        with override_settings(WORKER_JOBS=table):
            call_command("worker", "--once")
        table.append({"name": "broken", "run": f"{__name__}.broken", "every": HOUR})
        with (
            override_settings(WORKER_JOBS=table),
            self.assertLogs("content.worker", "ERROR"),
            self.assertRaises(CommandError),
        ):
            call_command("worker", "--once")
        self.assertEqual(ran, ["quick", "quick"])
        self.assertIsNotNone(Job.objects.get(name=beat_name()).finished_at)


class LoopTests(TransactionTestCase):
    """With threads, but without waiting: each test ends as soon as what it waits for is there."""

    def setUp(self):
        ran.clear()
        logging.getLogger("content.worker").setLevel(logging.CRITICAL)
        self.addCleanup(logging.getLogger("content.worker").setLevel, logging.NOTSET)

    def run_until(self, worker, is_reached, seconds=10.0):
        """Run the worker in a thread until the condition holds, then stop it."""
        thread = threading.Thread(target=worker.run)
        thread.start()
        deadline = time.monotonic() + seconds
        while not is_reached() and time.monotonic() < deadline:
            time.sleep(0.01)
        worker.stop()
        thread.join(seconds)
        self.assertFalse(thread.is_alive(), "it stops when it is told to")

    @staticmethod
    def thread_worker(*every):
        """A worker that leaves the database alone, which tests hold in memory for one thread."""
        worker = Worker(every)
        worker._beat = lambda: None
        for lease in worker.leases:
            lease.take = lambda **_options: True
            lease.finish = lease.release = lambda *_arguments: None
        return worker

    def test_a_slow_job_does_not_keep_the_others_waiting(self):
        blocked = threading.Event()
        with mock.patch(f"{__name__}.broken", lambda: blocked.wait(10)):
            worker = self.thread_worker(task(broken), task(quick))
            self.run_until(worker, lambda: bool(ran))
        blocked.set()
        self.assertEqual(ran, ["quick"])

    def test_a_job_with_more_to_do_is_called_again_at_once(self):
        self.run_until(self.thread_worker(task(hungry)), lambda: len(ran) >= 5)
        self.assertEqual(len(ran), 5)

    def test_a_database_that_is_away_is_asked_again(self):
        worker = self.thread_worker(task(quick))
        answers = iter([OperationalError("locked"), OperationalError("locked"), True])

        def take(**_options):
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

        worker.leases[0].take = take
        with mock.patch("content.worker._pause", lambda *_arguments: 0.0 if not ran else 60.0):
            self.run_until(worker, lambda: bool(ran))
        self.assertEqual(ran, ["quick"])


class CleanUpTests(TestCase):
    def make(self, folder, name, days):
        path = Path(folder) / "ab" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"1")
        old = time.time() - days * 24 * 60 * 60
        os.utime(path, (old, old))
        self.addCleanup(path.unlink, missing_ok=True)
        return path

    def test_the_remains_of_broken_uploads_go_and_everything_else_stays(self):
        old = self.make(settings.PACKAGES_DIR, "old.part", 2)
        picture = self.make(settings.PICTURES_DIR, "old.png.part", 2)
        fresh = self.make(settings.PACKAGES_DIR, "fresh.part", 0.5)
        package = self.make(settings.PACKAGES_DIR, "package.zip", 300)
        jobs.clean_up()
        self.assertEqual(
            [path.exists() for path in (old, picture, fresh, package)], [False, False, True, True]
        )

    def test_folders_that_are_not_there_yet_are_no_error(self):
        with override_settings(PACKAGES_DIR=Path("/nonexistent"), PICTURES_DIR=Path("/nowhere")):
            jobs.clean_up()

    def test_rows_of_the_past_go_and_those_of_waiting_files_stay(self):
        old = timezone.now() - timedelta(days=30)
        waiting = self.make(settings.SPOOL_DIR, "waiting.counts", 30)
        waiting.rename(Path(settings.SPOOL_DIR) / waiting.name)
        self.addCleanup((Path(settings.SPOOL_DIR) / waiting.name).unlink)
        FoldedSpool.objects.create(name="waiting.counts")
        FoldedSpool.objects.create(name="gone.counts")
        FoldedSpool.objects.update(folded_at=old)
        Job.objects.create(name="worker@gone", finished_at=old)
        Job.objects.create(name="clean_up", finished_at=old)
        jobs.clean_up()
        self.assertEqual(FoldedSpool.objects.get().name, "waiting.counts")
        self.assertEqual(Job.objects.get().name, "clean_up")

    def test_expired_sessions_go(self):
        now = timezone.now()
        for name, expires in (("old", now - HOUR), ("new", now + HOUR)):
            Session.objects.create(session_key=name, session_data="", expire_date=expires)
        jobs.clear_sessions()
        self.assertEqual(Session.objects.get().session_key, "new")
