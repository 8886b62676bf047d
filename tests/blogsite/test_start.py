"""One command starts the whole site, and when it ends, however it ends, nothing is left."""

import os
import re
import shutil
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from blogsite import processes, start

from .sites import Browser, Site

PASSWORD = re.compile(r"^(editor|admin): (\S+)$", flags=re.MULTILINE)


class PartsTests(SimpleTestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def test_first_starts_at_once_read_the_same_secret(self):
        found: list[str] = []

        def read() -> None:
            barrier.wait()
            found.append(start.kept_secret(self.folder / "secret"))

        barrier = threading.Barrier(8)
        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(found), len(set(found))), (8, 1))
        self.assertEqual((self.folder / "secret").stat().st_mode & 0o777, 0o600)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["secret"])

    def test_an_empty_secret_is_told_and_not_used(self):
        (self.folder / "secret").touch()
        with self.assertRaises(ImproperlyConfigured):
            start.kept_secret(self.folder / "secret")

    def test_the_demo_is_loaded_unless_it_was_switched_off(self):
        for value, expected in {
            "on": True, "true": True, "1": True, "Yes": True, None: True,
            "off": False, "0": False, "no": False, "": False,
        }.items():  # fmt: skip
            variables = {"DATA_DIR": str(self.folder)} | ({} if value is None else {"DEMO": value})
            with self.subTest(value):
                commands = start.preparations(variables, dev=True, logins=True)
                self.assertEqual(any("load_demo" in command for command in commands), expected)

    def test_a_service_prints_no_passwords_into_its_log(self):
        commands = start.preparations({"DATA_DIR": str(self.folder)}, dev=True, logins=False)
        self.assertFalse(any("make_logins" in command for command in commands))

    def test_static_files_are_collected_again_when_some_are_gone(self):
        (self.folder / "static").mkdir()
        (self.folder / "static" / "staticfiles.json").touch()
        (self.folder / "static.stamp").write_text(start.static_stamp())
        self.assertTrue(start.static_is_current(self.folder))
        (self.folder / "static" / "staticfiles.json").unlink()
        self.assertFalse(start.static_is_current(self.folder))

    def test_only_a_signal_that_comes_later_insists(self):
        # Without __init__: it would take over the signals of the test run.
        orders = processes.Orders.__new__(processes.Orders)
        for times, expected in (([], False), ([5.0, 5.1], False), ([5.0, 5.1, 7.0], True)):
            orders.times = times
            self.assertEqual(orders.to_insist, expected)

    def test_forwarded_headers_are_left_to_the_middleware(self):
        command = start.gunicorn("127.0.0.1:8000", {"WEB_PROCESSES": "2"})
        self.assertIn("--forwarded-allow-ips=", command)


@pytest.mark.server
class WrongUsageTests(SimpleTestCase):
    def ended(self, **variables: str) -> tuple[int, str]:
        site = Site(**variables)
        self.addCleanup(site.remove)
        return site.spawn().wait(20), site.output

    def test_a_port_in_use_is_told(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            status, output = self.ended(PORT=str(other.getsockname()[1]))
        self.assertEqual(status, 1)
        self.assertRegex(output, r"\APort \d+ is in use\. Choose another: make start PORT=\d+\n\Z")

    def test_a_variable_that_makes_no_sense_is_told_in_one_line(self):
        for name, value in (("PORT", ""), ("PORT", "70000"), ("TRUSTED_PROXIES", "nginx")):
            with self.subTest(f"{name}={value}"):
                status, output = self.ended(**{name: value})
                self.assertEqual(status, 2)
                self.assertRegex(output, rf"\AThe site cannot start: {name} [^\n]+\.\n\Z")

    def test_a_folder_that_cannot_be_made_is_told_in_one_line(self):
        status, output = self.ended(DATA_DIR="/dev/null/site")
        self.assertEqual(status, 2)
        self.assertRegex(output, r"\AThe site cannot start: [^\n]+/dev/null[^\n]+\n\Z")


@pytest.mark.server
class StartTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.site = Site(DEMO="yes")
        cls.addClassCleanup(cls.site.remove)
        cls.site.start()
        cls.first_output = cls.site.output
        cls.first_home = Browser().get(cls.site.url)
        cls.first_status = cls.site.stop()
        cls.first_remains = cls.site.remains()
        cls.passwords = dict(PASSWORD.findall(cls.first_output))

    def tearDown(self):
        if self.site.process.poll() is None:
            self.site.stop()
        self.assertEqual(self.site.remains(), [])

    def test_the_first_start_prints_both_passwords_and_serves(self):
        self.assertEqual(set(self.passwords), {"editor", "admin"})
        self.assertEqual(self.first_home[0], 200)
        self.assertEqual((self.first_status, self.first_remains), (0, []))

    def test_the_second_start_serves_prints_no_password_and_has_kept_everything(self):
        self.site.start()
        self.assertNotRegex(self.site.output, PASSWORD)
        self.assertEqual(Browser().get(self.site.url)[0], 200)
        titles = re.compile(r'href="(/articles/[^"]+)"')
        # Without the sidebar, which is drawn anew at every visit.
        first, again = (
            titles.findall(page.partition("<main")[2].partition("</main>")[0])
            for page in (self.first_home[1], Browser().get(self.site.url)[1])
        )
        self.assertTrue(again)
        self.assertEqual(again, first)
        # Through make, the signal for a whole group comes twice within a moment.
        self.site.process.send_signal(signal.SIGINT)
        self.assertEqual(self.site.stop(signal.SIGTERM), 0)
        self.assertNotIn("Traceback", self.site.output)

    def test_a_signal_at_any_moment_of_the_start_leaves_no_process(self):
        for moment in (0.6, 1.6):
            with self.subTest(moment):
                self.site.spawn()
                time.sleep(moment)
                self.assertIn(self.site.stop(), (0, 128 + signal.SIGTERM))
                self.assertEqual(self.site.remains(), [])
                self.assertNotIn("Traceback", self.site.output)

    def test_two_sites_side_by_side_keep_their_own_logins_and_end_each_alone(self):
        other = Site()
        self.addCleanup(other.remove)
        shutil.copytree(self.site.folder, other.folder)
        self.site.start()
        other.start()
        browser = Browser()
        for site, name in ((self.site, "editor"), (other, "admin")):
            browser.log_in(site, *self.login(name))
        for site, name in ((self.site, "editor"), (other, "admin")):
            with self.subTest(name):
                page = browser.get(f"{site.url}/admin/")[1]
                self.assertIn("/admin/logout/", page)
                self.assertRegex(page, rf"<strong>[^<]*{name}")
        # A starter that is killed can say nothing, and leaves nothing all the same.
        self.site.stop(signal.SIGKILL)
        self.assertEqual(self.site.remains(), [])
        self.assertEqual(browser.get(other.url)[0], 200)
        kill_oldest(other, "manage.py worker")
        self.assertEqual(other.process.wait(20), 128 + signal.SIGKILL)
        self.assertIn("The worker ended by itself, by SIGKILL", other.output)
        self.assertEqual(other.remains(), [])

    def login(self, name: str) -> tuple[str, str]:
        return name, self.passwords[name]


def kill_oldest(site: Site, command: str) -> None:
    """End the first process with these words in its command, as a lack of memory would."""
    os.kill(min(pid for pid, words in site.processes().items() if command in words), signal.SIGKILL)
