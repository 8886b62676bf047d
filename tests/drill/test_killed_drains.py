"""`kill -9` at each step of a drain, on both engines: nothing is lost and nothing is left."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytest_plugins = ["tests.servers.elasticsearch"]
pytestmark = [pytest.mark.drill, pytest.mark.server, pytest.mark.elasticsearch]

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """
import os, signal
from datetime import timedelta
from unittest import mock
from django.utils import timezone
from search import batches, jobs
from search.engines.sqlite.backend import SQLiteSearchBackend
from search.engines.elasticsearch.backend import ElasticsearchSearchBackend
from search.models import OutboxRow
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
def then(function):
    def called(*args, **kwargs):
        function(*args, **kwargs)
        die()
    return called
def sync():
    more = True
    while more:
        more = jobs.sync() | jobs.sync_servers()
"""
# What dies in the drain of the engine BACKEND names, one step after the other.
STEPS = {
    "after the lease": "mock.patch.object(batches.Batch, 'write', die)",
    "before the write": "mock.patch.object(BACKEND, 'update', die)",
    "after the write": "mock.patch.object(BACKEND, 'update', then(BACKEND.update))",
    "before the rows are deleted": "mock.patch.object(batches.Batch, '_finish', die)",
    "after the rows are deleted": (
        "mock.patch.object(batches.Batch, '_finish', then(batches.Batch._finish))"
    ),
}
ENGINES = {
    "SQLiteSearchBackend": "jobs.sync()",
    "ElasticsearchSearchBackend": "jobs.sync_servers()",
}


class Site:
    """A database and an index of their own, with a server in front."""

    def __init__(self, url: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="drill-"))
        self.environment = {
            **{key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ},
            "DATA_DIR": str(self.folder),
            "SEARCH_URL": f"{url}/drill{os.getpid()}",
            "SEARCH_REPLICAS": "0",
        }

    def manage(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == code, (done.returncode, done.stderr[-2000:])
        return done.stdout

    def run(self, text: str, code: int = 0) -> str:
        return self.manage("shell", "--verbosity=0", "--command", BEGIN + text, code=code)

    def check(self) -> None:
        found = json.loads(self.manage("search_check", "--json"))
        assert found["ok"], found
        left = self.run("print(OutboxRow.objects.count())").split()[-1]
        assert left == "0"


@pytest.fixture(scope="module")
def drilled_site(elasticsearch_8: str):
    site = Site(elasticsearch_8)
    try:
        site.manage("migrate", "--verbosity=0")
        site.run("sync()")
        yield site
    finally:
        shutil.rmtree(site.folder, ignore_errors=True)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("step", STEPS)
def test_killed_drain_loses_nothing(drilled_site: Site, engine: str, step: str) -> None:
    save = """
from tests.factories import make_article
with mock.patch("search.draining.drain_now"):
    for _number in range(5):
        make_article(body="写到一半就断了电。")
"""
    patch = STEPS[step].replace("BACKEND", engine)
    drilled_site.run(save)
    drilled_site.run(f"with {patch}:\n    {ENGINES[engine]}", code=-signal.SIGKILL)
    # As if the leases of the killed process had run out.
    drilled_site.run(
        "OutboxRow.objects.update(leased_until=timezone.now() - timedelta(seconds=1))\nsync()"
    )
    drilled_site.check()


def test_killed_rebuild_leaves_the_old_index_and_the_next_cleans_up(drilled_site: Site) -> None:
    kill = """
from search import rebuilding, registry
for alias in ("default", "embedded"):
    if not os.fork():
        with mock.patch.object(rebuilding, "_write", then(rebuilding._write)):
            rebuilding.rebuild(registry.register(alias))
    assert os.wait()[1] == signal.SIGKILL
"""
    drilled_site.run(kill)
    drilled_site.check()
    drilled_site.manage("rebuild_index", "--noinput")
    drilled_site.check()
