"""Counting as it runs: eight server processes, the worker, folds at once and folds that die."""

import http.client
import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import SimpleTestCase

from tests.blogsite.sites import ROOT, Site

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"
MAKE = """
import json
from articles.models import Article
from content.models import Column
group = Column.objects.create(name="组")
column = Column.objects.create(name="栏", parent=group, holds=["article"])
article = Article.objects.create(title="标题", body="正文。", column=column, status="published")
print(json.dumps([article.pk, article.get_absolute_url()]))
"""
VIEWS = "from articles.models import Article; print(Article.objects.get().views)"
# A fold that dies before its commit, and one that dies between its commit and the deletion.
IN_THE_MIDDLE = """
import os, signal
from content import counting
remember = counting._remember
def die(fresh):
    remember(fresh)
    os.kill(os.getpid(), signal.SIGKILL)
counting._remember = die
counting.fold(settled_seconds=0)
"""
AFTER_THE_COMMIT = """
import os, pathlib, signal
from content import counting
pathlib.Path.unlink = lambda *ignored, **named: os.kill(os.getpid(), signal.SIGKILL)
counting.fold(settled_seconds=0)
"""


@pytest.mark.server
class CountingServerTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.site = Site(WEB_PROCESSES="8", TRUSTED_PROXIES="127.0.0.1")
        cls.addClassCleanup(cls.site.remove)
        cls.site.start()
        cls.addClassCleanup(cls.site.stop)
        cls.pk, cls.address = json.loads(cls.shell(MAKE).splitlines()[-1])

    @classmethod
    def shell(cls, code: str) -> str:
        return cls.site.manage("shell", "--verbosity=0", "-c", code)

    def visit(self, number: int, method: str = "GET", address: str = "") -> int:
        """A visitor of that number opens the article, or its page sends the beacon."""
        headers = {
            "User-Agent": BROWSER,
            "X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}",
            "Sec-Fetch-Site": "same-origin",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        try:
            connection.request(method, address or self.address, headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def fold(self, code: str = "") -> subprocess.Popen[bytes]:
        """A fold in a process of its own, begun and not waited for."""
        command = ["shell", "--verbosity=0", "-c", code] if code else ["fold_counts"]
        return subprocess.Popen(
            [sys.executable, "-m", "blogsite.start", "--only", *command],
            env=self.site.environment, cwd=ROOT, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def folded(self) -> int:
        """The views of the article once nothing waits any more."""
        deadline = time.monotonic() + 60
        while any((self.site.folder / "spool").iterdir()):
            self.assertLess(time.monotonic(), deadline)
            self.site.manage("fold_counts")
        return int(self.shell(VIEWS).splitlines()[-1])

    def test_nothing_is_lost_or_doubled_whoever_counts_folds_or_dies(self):
        beacon = f"/count/article/{self.pk}/"
        with ThreadPoolExecutor(40) as visitors:
            seen = [visitors.submit(self.visit, number) for number in range(200)]
            # Meanwhile two folds at once, beside the worker's.
            folds = [self.fold(), self.fold()]
            seen += [visitors.submit(self.visit, n, "POST", beacon) for n in range(200)]
        self.assertEqual({each.result() for each in seen}, {200, 204})
        self.assertEqual([each.wait(60) for each in folds], [0, 0])
        self.assertEqual(self.folded(), 200)

        for number, code in ((200, IN_THE_MIDDLE), (300, AFTER_THE_COMMIT)):
            with ThreadPoolExecutor(20) as visitors:
                # The first half were here before.
                list(visitors.map(self.visit, range(number - 50, number + 50)))
            self.assertEqual(self.fold(code).wait(60), -signal.SIGKILL)
            with ThreadPoolExecutor(20) as visitors:
                list(visitors.map(self.visit, range(number, number + 100)))
        self.assertEqual(self.folded(), 400)
