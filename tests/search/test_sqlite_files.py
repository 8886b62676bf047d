import os
import signal
import threading
from unittest import mock

from django.test import SimpleTestCase

from search.engines.errors import IndexBusy, IndexUnusable, SearchTimeout
from search.engines.sqlite import schema
from search.engines.sqlite.files import IndexFile
from search.inputs import ReaderQuery
from tests.search.notes import NoteIndex, make_note
from tests.search.sqlite_files import FileCase


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
