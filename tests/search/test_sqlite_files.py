import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any
from unittest import mock

from django.core.management import call_command
from django.test import SimpleTestCase, TestCase
from haystack import connections
from haystack.management.commands import rebuild_index

from search.engines.errors import IndexBusy, IndexUnusable, SearchTimeout
from search.engines.sqlite import schema
from search.engines.sqlite.files import IndexFile
from search.inputs import ReaderQuery
from tests.search.contract import ALIAS, EngineSetUp, keys
from tests.search.notes import NoteIndex, make_note

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


class ProcessTests(FileCase, SimpleTestCase):
    def test_two_processes_write_at_once_and_a_third_reads_what_they_wrote(self):
        self.assertEqual(self.read("缓存"), [])
        writers = [self.start_writer(1, 100), self.start_writer(101, 100)]
        for pk in range(201, 221):
            self.write(make_note(pk, text="缓存穿透"))
        self.assertEqual([self.said(writer) for writer in writers], ["done", "done"])
        self.assertEqual(self.all().filter(content=ReaderQuery("缓存穿透")).count(), 220)
        self.assertEqual(self.backend.integrity_errors(), [])

    def test_killed_writer_leaves_whole_batches_and_an_intact_index(self):
        self.write(make_note(1000, text="缓存"))
        writer = self.start_writer(1, 100, "hold")
        self.assertEqual(self.said(writer), "in the middle")
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        self.assertEqual(self.backend.document_count(), 21)
        self.write(make_note(1001, text="缓存"))
        self.assertEqual(self.all().filter(content=ReaderQuery("缓存")).count(), 22)
        self.assertEqual(self.backend.integrity_errors(), [])

    def test_forked_child_uses_a_connection_of_its_own(self):
        self.write(make_note(1, text="缓存"))
        with self.backend.file.borrowed() as of_parent:
            pass
        child = os.fork()
        if child == 0:
            code = 1
            try:
                self.write(make_note(2, text="缓存"))
                with self.backend.file.borrowed() as of_child:
                    own = of_child is not of_parent
                code = 0 if own and self.backend.document_count() == 2 else 1
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual(sorted(self.read("缓存")), [1, 2])
        self.assertEqual(self.backend.integrity_errors(), [])

    def test_threads_share_a_backend(self):
        errors: list[Exception] = []

        def work(first: int) -> None:
            try:
                for pk in range(first, first + 20):
                    self.backend.update(NoteIndex(), [make_note(pk, text="缓存")])
                self.backend.close()
            except Exception as error:  # noqa: BLE001 - asserted below
                errors.append(error)

        threads = [threading.Thread(target=work, args=[first]) for first in (0, 100, 200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])
        self.assertEqual(self.backend.document_count(), 60)


class DamageTests(FileCase, SimpleTestCase):
    def test_missing_file_is_an_empty_index(self):
        self.assertFalse(self.path.exists())
        self.assertEqual(self.read("缓存"), [])
        self.assertTrue(self.path.exists())

    def test_deleted_file_is_noticed_and_made_again(self):
        self.write(make_note(1, text="缓存"))
        self.path.unlink()
        self.assertEqual(self.read("缓存"), [])
        self.write(make_note(2, text="缓存"))
        self.assertEqual(self.read("缓存"), [2])

    def test_file_that_is_no_database_is_unusable(self):
        self.path.parent.mkdir(parents=True)
        self.path.write_bytes(b"not a database, " * 500)
        with self.assertRaises(IndexUnusable):
            self.read("缓存")
        with self.assertRaises(IndexUnusable):
            self.write(make_note(1, text="缓存"))

    def test_file_of_another_version_is_unusable(self):
        self.write(make_note(1, text="缓存"))
        self.backend.close()
        newer = mock.patch.object(schema, "VERSION", schema.VERSION + 1)
        with newer, self.assertRaises(IndexUnusable):
            self.read("缓存")
        self.assertEqual(self.read("缓存"), [1])

    def test_damaged_pages_are_unusable(self):
        self.write(*(make_note(pk, text=f"缓存 第{pk}篇 {'文章' * 200}") for pk in range(60)))
        self.backend.close()
        content = bytearray(self.path.read_bytes())
        content[8192:] = b"\xff" * (len(content) - 8192)
        self.path.write_bytes(content)
        with self.assertRaises(IndexUnusable):
            self.all().filter(content=ReaderQuery("缓存")).count()

    def test_rebuild_replaces_a_damaged_file(self):
        self.path.parent.mkdir(parents=True)
        self.path.write_bytes(b"not a database, " * 500)
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(1, text="缓存")])
        self.assertEqual(self.read("缓存"), [1])
        self.write(make_note(2, text="缓存"))
        self.assertEqual(sorted(self.read("缓存")), [1, 2])

    def test_query_that_takes_too_long_is_stopped(self):
        self.write(*(make_note(pk, text="缓存 的 文章 " * 30) for pk in range(300)))
        self.backend.seconds = 0.0
        with self.assertRaises(SearchTimeout):
            list(self.all().filter(content=ReaderQuery("缓存的文章"))[:10])
        self.backend.seconds = 1.5
        self.assertEqual(self.all().filter(content=ReaderQuery("缓存的文章")).count(), 300)

    def test_writer_waits_for_another_only_so_long(self):
        file = IndexFile(self.path, busy_seconds=0.05)
        with self.backend.file.writing(), self.assertRaises(IndexBusy), file.writing():
            pass
        with file.writing():
            pass

    def test_save_that_cannot_wait_gives_up(self):
        self.write(make_note(1, text="缓存"))
        with IndexFile(self.path).writing(), self.backend.waiting_at_most(0.01):
            self.assertEqual(self.read("缓存"), [1])
            with self.assertRaises(IndexBusy):
                self.write(make_note(2, text="缓存"))
        self.write(make_note(2, text="缓存"))
        self.assertEqual(sorted(self.read("缓存")), [1, 2])


class RebuildTests(FileCase, SimpleTestCase):
    def test_readers_see_the_old_index_until_the_new_one_is_whole(self):
        self.write(make_note(1, text="旧文章"), make_note(2, text="旧文章"))
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(1, text="新文章")])
            self.assertEqual(self.read("文章"), [1, 2])
            fresh.update(self.index, [make_note(3, text="新文章")])
            self.assertEqual(fresh.document_count(), 2)
        self.assertEqual(self.read("文章"), [1, 3])
        self.assertEqual(self.read("旧"), [])
        self.assertEqual(self.backend.integrity_errors(), [])

    def test_changes_made_meanwhile_are_in_the_new_index(self):
        self.write(*(make_note(pk, text="文章") for pk in (1, 2, 3)))
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(pk, text="文章") for pk in (1, 2, 3)])
            self.write(make_note(2, text="文章改过", tags=["标签"]), make_note(4, text="文章"))
            self.backend.remove("auth.user.3")
        self.assertEqual(sorted(self.read("文章")), [1, 2, 4])
        self.assertEqual((self.read("改过"), self.found(tags="标签")), ([2], {2}))
        self.assertEqual(self.backend.integrity_errors(), [])

    def test_failed_rebuild_leaves_the_old_index(self):
        self.write(make_note(1, text="旧文章"))
        with self.assertRaises(ZeroDivisionError), self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(2, text="新文章")])
            raise ZeroDivisionError
        self.assertEqual(self.read("文章"), [1])
        self.assertEqual(
            [p.name for p in self.path.parent.glob("*.new*") if "lock" not in p.name], []
        )

    def test_half_file_of_a_killed_rebuild_is_cleaned_up_by_the_next(self):
        self.write(make_note(1, text="旧文章"))
        self.path.with_name(self.path.name + ".new").write_bytes(b"half a file")
        self.path.with_name(self.path.name + ".new-wal").write_bytes(b"half a journal")
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(2, text="新文章")])
        self.assertEqual(self.read("文章"), [2])

    def test_second_rebuild_at_the_same_time_is_refused(self):
        with self.backend.rebuild(), self.assertRaises(IndexBusy), self.backend.rebuild():
            pass

    def test_other_process_sees_the_rebuilt_index(self):
        reader = IndexFile(self.path)
        self.write(make_note(1, text="旧文章"))
        with reader.reading(1) as connection:
            before = connection.execute("SELECT id FROM documents").fetchall()
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(2, text="新文章")])
        with reader.reading(1) as connection:
            after = connection.execute("SELECT id FROM documents").fetchall()
        self.assertEqual((before, after), ([("auth.user.1",)], [("auth.user.2",)]))

    def test_reader_in_the_middle_of_a_search_keeps_what_it_began_with(self):
        self.write(make_note(1, text="旧文章"))
        with IndexFile(self.path).reading(5) as connection:
            before = connection.execute("SELECT id FROM documents").fetchall()
            with self.backend.rebuild() as fresh:
                fresh.update(self.index, [make_note(2, text="新文章")])
            self.assertEqual(connection.execute("SELECT id FROM documents").fetchall(), before)
        self.assertEqual(self.read("文章"), [2])

    def test_killed_rebuild_leaves_the_old_index_and_the_way_free(self):
        self.write(make_note(5000, text="旧文章"))
        builder = self.start_writer(1, 100, "hold", "rebuild")
        self.assertEqual(self.said(builder), "in the middle")
        builder.send_signal(signal.SIGKILL)
        builder.wait()
        self.assertEqual(self.read("文章"), [5000])
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(2, text="新文章")])
        self.assertEqual(self.read("文章"), [2])

    def test_process_killed_while_it_swaps_leaves_the_old_index(self):
        self.write(make_note(5000, text="旧文章"))
        builder = self.start_writer(1, 100, "hold", "swap")
        self.assertEqual(self.said(builder), "in the middle")
        builder.send_signal(signal.SIGKILL)
        builder.wait()
        self.assertEqual(self.read("文章"), [5000])
        self.assertEqual(self.backend.integrity_errors(), [])
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(2, text="新文章")])
        self.assertEqual(self.read("文章"), [2])

    def test_new_file_has_one_journal_mode_and_our_identity(self):
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(2, text="新文章")])
        self.backend.close()
        with sqlite3.connect(self.path) as connection:
            self.assertEqual(connection.execute("PRAGMA journal_mode").fetchone(), ("wal",))
            schema.check(connection)
        connection.close()


class CommandTests(FileCase, TestCase):
    def test_haystack_commands_rebuild_update_and_clear(self):
        user_model = NoteIndex().get_model()
        user_model.objects.create(username="a", last_name="缓存文章")
        gone = user_model.objects.create(username="b", last_name="缓存文章")
        options = {"using": [ALIAS], "verbosity": 0}
        call_command(rebuild_index.Command(), interactive=False, **options)
        self.assertEqual(len(self.read("缓存")), 2)
        gone_key = gone.pk
        gone.delete()
        call_command("update_index", remove=True, **options)
        self.assertNotIn(gone_key, self.read("缓存"))
        self.assertEqual(len(self.read("缓存")), 1)
        call_command("clear_index", interactive=False, **options)
        self.assertEqual(keys(self.all()), [])
        self.assertIsNotNone(connections[ALIAS])
