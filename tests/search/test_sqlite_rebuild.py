import signal
import sqlite3

from django.core.management import call_command
from django.test import SimpleTestCase, TestCase
from haystack import connections
from haystack.management.commands import rebuild_index

from search.engines.errors import IndexBusy
from search.engines.sqlite import schema
from search.engines.sqlite.files import IndexFile
from tests.search.contract import ALIAS, keys
from tests.search.notes import NoteIndex, make_note
from tests.search.sqlite_files import FileCase


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
