import errno
import os
import shutil
import tempfile
import threading
from pathlib import Path
from unittest import mock

from django.test import SimpleTestCase, override_settings

from content import spool


class SpoolTestCase(SimpleTestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        settings = override_settings(SPOOL_DIR=self.folder / "spool")
        settings.enable()
        self.addCleanup(settings.disable)
        spool._own.path = None

    def read(self) -> list[str]:
        """Every line that waits, read to the end."""
        found = []
        for path in spool.take(0):
            with spool.reading(path) as lines:
                found += lines or []
        return found


class SpoolTests(SpoolTestCase):
    def test_every_line_is_read_once(self):
        for number in range(3):
            spool.append(b"%d\n" % number)
        self.assertEqual(self.read(), ["0", "1", "2"])
        self.assertEqual(self.read(), [])
        self.assertEqual(spool.waiting(), [])

    def test_a_writer_whose_file_was_taken_goes_on_in_another(self):
        spool.append(b"1\n")
        (path,) = spool.take(0)
        spool.append(b"2\n")
        with spool.reading(path) as lines:
            self.assertEqual(lines, ["1"])
        self.assertEqual(self.read(), ["2"])

    def test_a_writer_that_was_stopped_between_opening_and_writing_loses_nothing(self):
        spool.append(b"1\n")
        real = os.open

        def slow(*arguments, **named):
            descriptor = real(*arguments, **named)
            if len(opened) == 0:
                opened.append(descriptor)
                # Meanwhile the file is taken, read and deleted.
                self.assertEqual(self.read(), ["1"])
            return descriptor

        opened: list[int] = []
        with mock.patch("os.open", slow):
            spool.append(b"2\n")
        self.assertEqual(self.read(), ["2"])

    def test_a_writer_does_not_wait_for_a_reader(self):
        spool.append(b"1\n")
        own = spool._own.path
        (path,) = spool.take(0)
        with spool.reading(path):
            path.rename(own)  # as if it had opened the file just before it was taken
            spool.append(b"2\n")
            own.rename(path)
        self.assertEqual(self.read(), ["2"])

    def test_a_reader_that_fails_leaves_the_file_to_the_next(self):
        spool.append(b"1\n")
        (path,) = spool.take(0)
        with self.assertRaises(ZeroDivisionError), spool.reading(path):
            raise ZeroDivisionError
        self.assertEqual(self.read(), ["1"])

    def test_two_readers_do_not_read_the_same_file(self):
        spool.append(b"1\n")
        (path,) = spool.take(0)
        with spool.reading(path) as mine:
            seen = []
            thread = threading.Thread(target=lambda: seen.append(self.read()))
            thread.start()
            thread.join(10)
            self.assertEqual((mine, seen), (["1"], [[]]))
        with spool.reading(path) as nothing:
            self.assertIsNone(nothing)

    def test_a_file_that_is_being_written_is_left_alone(self):
        spool.append(b"1\n")
        self.assertEqual(spool.take(60), [])

    def test_a_file_of_the_future_is_read_after_the_clock_was_set_back(self):
        spool.append(b"1\n")
        os.utime(spool._own.path, (9e9, 9e9))
        self.assertEqual(len(spool.take(60)), 1)

    def test_a_line_that_was_cut_off_is_not_read_and_spoils_no_other(self):
        spool.append(b"whole\n")
        real = os.write
        full = mock.patch("os.write", lambda fd, line: real(fd, line[:4]))
        with full, self.assertRaises(OSError):
            spool.append(b"views article 12\n")
        spool.append(b"next\n")
        self.assertEqual(sorted(self.read()), ["next", "whole"])

    def test_bytes_that_are_no_text_spoil_nothing(self):
        spool.append(b"\xff\xfe\x00\n")
        spool.append(b"next\n")
        self.assertIn("next", self.read())

    def test_the_folder_is_made_again_when_somebody_removed_it(self):
        spool.append(b"1\n")
        shutil.rmtree(self.folder / "spool")
        spool.append(b"2\n")
        self.assertEqual(self.read(), ["2"])

    def test_a_full_disk_is_told(self):
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with mock.patch("os.write", side_effect=full), self.assertRaises(OSError):
            spool.append(b"1\n")

    def test_a_child_process_writes_a_file_of_its_own(self):
        spool.append(b"1\n")
        before = spool._own.path
        spool._own.pid -= 1  # as after a fork
        spool.append(b"2\n")
        self.assertNotEqual(spool._own.path, before)
        self.assertEqual(sorted(self.read()), ["1", "2"])
