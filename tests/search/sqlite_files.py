"""An index file for a test, and other processes that write to it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.search.contract import EngineSetUp

# A process of its own writes notes: its arguments are the path, the first key and how many.
WRITER = """
import os, sys
sys.path.insert(0, os.getcwd())
import django
from django.conf import settings
path, first, number, hold = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "haystack"],
    USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    HAYSTACK_CONNECTIONS={"default": {
        "ENGINE": "search.engines.sqlite.SQLiteSearchEngine", "PATH": path, "BATCH_SIZE": 20}},
)
django.setup()
from haystack import connections
from haystack.management.commands import rebuild_index
from tests.search.notes import NoteIndex, make_note
backend, index = connections["default"].get_backend(), NoteIndex()
def notes():
    for pk in range(first, first + number):
        yield make_note(pk, text=f"缓存穿透 第{pk}篇")
def stop():
    print("in the middle", flush=True)
    sys.stdin.read()
if "swap" in hold:
    import sqlite3
    class Slow(sqlite3.Connection):
        def backup(self, target):
            super().backup(target, pages=3, progress=lambda *left: stop())
    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **options: connect(*args, **{"factory": Slow, **options})
elif hold:
    from search.engines.sqlite import documents
    put, done = documents.put, []
    def slow(connection, document):
        put(connection, document)
        done.append(document.id)
        if len(done) == 30:
            stop()
    documents.put = slow
if "rebuild" in hold or "swap" in hold:
    with backend.rebuild() as fresh:
        fresh.update(index, notes())
else:
    backend.update(index, notes())
print("done", flush=True)
"""


class FileCase(EngineSetUp):
    engine = "search.engines.sqlite.SQLiteSearchEngine"

    def options(self) -> dict[str, Any]:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "index" / "search.sqlite3"
        return {"PATH": str(self.path)}

    def start_writer(self, first: int, number: int, *hold: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(self.path), str(first), str(number), *hold],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": ""},
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def said(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        return process.stdout.readline().strip()
