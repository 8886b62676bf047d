"""Lawful archives are listed as they are, however they were written."""

import io
import shutil
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from django.test import override_settings

from downloads.archives import Entry, Limits, inspect
from tests.downloads.archive_cases import ArchiveTestCase, look
from tests.factories_zip import Item, extra_field, make_zip, unicode_path, write_zip

FORMS = ("LLL", "sLLL", "LQQ", "sLQQ")


class ListingTests(ArchiveTestCase):
    def test_entries_come_in_the_order_of_the_directory_with_sizes_and_folders(self):
        data = make_zip({"b/": b"", "b/a.txt": b"hello", "空 文件.css": b""})
        self.assertEqual(
            look(data),
            [Entry("b/", 0, True), Entry("b/a.txt", 5, False), Entry("空 文件.css", 0, False)],
        )

    def test_a_path_can_be_inspected_as_well_as_an_open_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.ZIP"
            path.write_bytes(make_zip({"a": b"1"}))
            self.assertEqual(inspect(path, name=path.name), [Entry("a", 1, False)])

    @override_settings(PACKAGE_MAX_ENTRIES=7, PACKAGE_MAX_PART_BYTES=9)
    def test_limits_are_the_settings_of_the_site(self):
        self.assertEqual(Limits.from_settings().max_entries, 7)
        self.assertEqual(Limits.from_settings().max_part_bytes, 9)


class LawfulFormTests(ArchiveTestCase):
    def test_data_descriptors_of_all_four_forms_are_accepted(self):
        for form in FORMS:
            for method in (0, 8):
                with self.subTest(form, method=method):
                    data = write_zip(
                        Item(b"a", b"hello" * 9, method, descriptor=form),
                        Item(b"b", b"", method, descriptor=form),
                    )
                    self.assertEqual(self.accepted(data), ["a", "b"])

    def test_a_local_header_may_tell_true_sizes_before_a_descriptor(self):
        true = {"crc": 0x3610A686, "size": 5, "packed_size": 5}
        data = write_zip(Item(b"a", b"hello", 0, descriptor="sLLL", local=true))
        self.assertEqual(self.accepted(data), ["a"])

    def test_the_flag_of_a_descriptor_without_one_is_accepted_if_the_header_is_complete(self):
        self.assertEqual(self.accepted(write_zip(Item(b"a", b"hello", flags=8))), ["a"])

    def test_zip64_is_accepted_in_entries_and_at_the_end(self):
        items = Item(b"a", b"hello", zip64=True), Item(b"b", b"hello")
        self.assertEqual(self.accepted(write_zip(*items, zip64=True)), ["a", "b"])
        self.assertEqual(self.accepted(write_zip(*items)), ["a", "b"])
        plain_end = {"here": 2, "count": 2}
        self.assertEqual(self.accepted(write_zip(*items, zip64=True, **plain_end)), ["a", "b"])

    def test_comments_dates_versions_and_extra_fields_are_free(self):
        item = Item(
            b"a",
            b"hello",
            time=0xFFFF,
            date=0,
            comment=b"PK\x01\x02" * 9,
            local={"extra": extra_field(0x5455, b"\1\0\0\0\0"), "needed": 10, "time": 3},
            central={"extra": extra_field(0xCAFE, b"") + b"\0\0\0", "needed": 63},
        )
        comment = ("注释" * 999).encode() + b"PK"
        self.assertEqual(self.accepted(write_zip(item, comment=comment)), ["a"])
        self.assertEqual(self.accepted(write_zip(item, comment=b"x" * 0xFFFF)), ["a"])

    def test_entries_may_lie_in_another_order_than_the_directory_lists_them(self):
        first, second = Item(b"a", b"1"), Item(b"b", b"2")
        data = write_zip(first, second)
        at = data.index(b"PK\1\2")
        records = data[at : at + 47], data[at + 47 : at + 94]
        self.assertEqual(
            self.accepted(data.replace(b"".join(records), b"".join(records[::-1]))), ["b", "a"]
        )

    def test_resource_forks_empty_folders_and_deep_trees_are_accepted(self):
        deep = "/".join("d" * 63) + "/f"
        files = {"__MACOSX/._a..b": b"1", "a..b": b"1", ".hidden": b"", "空/": b"", deep: b"1"}
        self.assertEqual(self.accepted(make_zip(files)), list(files))

    def test_an_empty_folder_may_be_deflated(self):
        self.assertEqual(self.accepted(write_zip(Item(b"d/", b""), Item(b"a", b""))), ["d/", "a"])

    def test_thousands_of_files_are_accepted(self):
        files = {f"f/{number}.js": b"x" for number in range(3000)}
        self.assertEqual(
            len(self.accepted(make_zip(files), max_entries=3000, max_bytes=10**6)), 3000
        )

    def test_what_python_writes_is_accepted_seekable_or_not(self):
        class Pipe(io.BytesIO):
            def seekable(self) -> bool:
                return False

        for target in (io.BytesIO(), Pipe()):
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("目录/文件.txt", b"x" * 99)
                archive.mkdir("空")
                with archive.open("big.bin", "w", force_zip64=True) as entry:
                    entry.write(b"y" * 99)
                archive.comment = b"made here"
            self.assertEqual(self.accepted(target.getvalue()), ["目录/文件.txt", "空/", "big.bin"])

    @unittest.skipUnless(shutil.which("zip"), "Info-ZIP is not installed")
    def test_what_info_zip_writes_is_accepted_from_files_and_from_a_pipe(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "子").mkdir()
            (Path(folder) / "子/a.txt").write_text("hello" * 99)
            run = {"cwd": folder, "check": True, "capture_output": True}
            subprocess.run(["zip", "-r", "one.zip", "子"], **run)
            self.assertEqual(
                self.accepted((Path(folder) / "one.zip").read_bytes()), ["子/", "子/a.txt"]
            )
            for options, listing in (("-r - 子", ["子/", "子/a.txt"]), ("- -", ["-"])):
                with self.subTest(options):
                    command = f"cat 子/a.txt | zip {options} | cat"
                    piped = subprocess.run(command, shell=True, **run).stdout  # noqa: S602
                    self.assertEqual(self.accepted(piped), listing)


class NameEncodingTests(ArchiveTestCase):
    def test_unflagged_names_are_utf8_if_every_one_is(self):
        data = write_zip(Item("说明.txt".encode()), Item(b"plain"))
        self.assertEqual(self.accepted(data), ["说明.txt", "plain"])

    def test_one_name_that_is_not_utf8_makes_gb18030_of_all_unflagged_ones(self):
        data = write_zip(
            Item("说明.txt".encode("gbk")),
            Item(b"\xc3\xa9.txt"),
            Item("图".encode(), flags=0x800),
            Item("诚\\".encode("gbk")[:2] + b"x"),
        )
        self.assertEqual(self.accepted(data), ["说明.txt", "茅.txt", "图", "诚x"])

    def test_a_gbk_character_that_ends_in_the_byte_of_a_backslash_is_no_backslash(self):
        raw = "乗.txt".encode("gbk")
        self.assertIn(b"\\", raw)
        self.assertEqual(self.accepted(write_zip(Item(raw))), ["乗.txt"])

    def test_a_unicode_path_wins_where_its_crc_matches_and_only_there(self):
        raw = b"\xd6\xd0.txt"
        wins = unicode_path(raw, "文.txt".encode())
        loses = unicode_path(raw, "文.txt".encode(), crc=1)
        self.assertEqual(self.accepted(write_zip(Item(raw, central={"extra": wins}))), ["文.txt"])
        self.assertEqual(self.accepted(write_zip(Item(raw, extra=loses))), ["中.txt"])

    def test_a_flagged_name_that_is_not_utf8_is_not_valid_text(self):
        self.refused("Z5", write_zip(Item(b"\xd6\xd0.txt", flags=0x800)))
        self.refused("Z5", write_zip(Item(b"\x81\x20.txt")))
        self.refused("Z5", write_zip(Item(b"\xed\xa0\x80", flags=0x800)))
        broken = unicode_path(b"a", b"\xff")
        self.refused("Z5", write_zip(Item(b"a", extra=broken)))
