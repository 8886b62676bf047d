"""Paths that would leave their folder, cannot be written or collide are refused."""

from downloads.archives.refusals import shown
from tests.downloads.archive_cases import ArchiveTestCase
from tests.factories_zip import Item, extra_field, make_zip, unicode_path, write_zip


class OutsideTests(ArchiveTestCase):
    def test_paths_that_lead_outside_are_refused(self):
        for path in (
            *("/etc/passwd", "\\a", "//server/share", "\\\\server\\share", "C:/a", "c:a", "/"),
            *("..", "../a", "a/../b", "a/..", "..\\a", "a\\..\\b", "a/../"),
        ):
            with self.subTest(path):
                self.refused("Z1", make_zip({"ok": b"", path: b""}))

    def test_dots_that_are_part_of_a_name_are_accepted(self):
        for path in ("a..b", "..a", "...a/b", ".a", "a/..b/c"):
            with self.subTest(path):
                self.accepted(make_zip({path: b""}))

    def test_a_unicode_path_that_leads_outside_is_refused_even_if_it_does_not_count(self):
        for options in (
            {"extra": unicode_path(b"a", b"../x")},
            {"extra": unicode_path(b"a", b"/x", crc=0)},
            {"local": {"extra": unicode_path(b"a", b"x/../y")}},
        ):
            with self.subTest(options):
                self.refused("Z1", write_zip(Item(b"a", **options)))
        self.refused("Z1", write_zip(Item(b"../a", extra=unicode_path(b"../a", b"b"))))


class NameTests(ArchiveTestCase):
    def test_names_that_cannot_be_written_everywhere_are_refused(self):
        for path in (
            *("", "a//b", "./a", "a/./b", "a//"),
            *("a\0b", "a\nb", "a\x7f", "a\x85", "a\u2028b"),
            *("a\u202eb", "\u200fa", "a\u2066", "\u061c"),
            *("a\\b", "a/b:c", "a*", "a?", 'a"', "<a", "a>", "a|b"),
            *("CON", "con.txt", "a/NUL", "nul.tar.gz/a", "Com1", "LPT¹.x", "aux .h", "CONIN$"),
            *("a.", "a ", "a./b", "a /b", "d /", "a/.../b"),
        ):
            with self.subTest(path):
                self.refused("Z5", make_zip({"ok": b"", path: b""}))

    def test_names_close_to_refused_ones_are_accepted(self):
        for path in (
            *("console", "com", "com10.txt", "nul1", "aconx/prn-a", "com0"),
            *("a.b.c", " a", "a b", "a;b", "a：b？", "👩\u200d💻.png", "a\u3000b", "~$a", "%2e%2e"),
        ):
            with self.subTest(path):
                self.assertEqual(self.accepted(make_zip({path: b""})), [path])

    def test_a_name_is_not_cut_at_nul(self):
        refusal = self.refused("Z5", make_zip({"a.txt\0.exe": b""}))
        self.assertEqual(refusal.entry, r"a.txt\x00.exe")

    def test_what_is_met_in_practice_is_told_what_to_do(self):
        for path, word in (("css\\site.css", "7-Zip"), ("a/Icon\r", "Icon")):
            with self.subTest(path):
                self.assertIn(word, str(self.refused("Z5", make_zip({path: b""}))))

    def test_lengths_are_refused_beyond_the_limit_and_not_at_it(self):
        for good, bad in (
            ("/".join(["d" * 255] * 4), "/".join(["d" * 255] * 4) + "/e"),
            ("中" * 85, "中" * 86),
            ("a/" * 63 + "f", "a/" * 64 + "f"),
        ):
            with self.subTest(bad):
                self.refused("Z6", make_zip({"ok": b"", bad: b""}))
                self.accepted(make_zip({good: b""}))

    def test_the_longest_possible_name_is_refused_and_shown_cut(self):
        refusal = self.refused("Z6", make_zip({"中" * 21845: b""}))
        self.assertEqual(len(refusal.entry), 80)
        self.assertTrue(refusal.entry.endswith("…"))

    def test_a_shown_name_holds_nothing_invisible(self):
        self.assertEqual(shown("a\r\u202e\x9b中 b"), r"a\r\u202e\x9b中 b")
        self.assertEqual(shown("x" * 80), "x" * 80)
        self.assertEqual(len(shown("\u202e" * 80)), 80)


class KindTests(ArchiveTestCase):
    def test_links_and_devices_are_refused_from_whatever_system(self):
        for host in (0, 3, 10, 19):
            for mode in (0o120777, 0o020666, 0o060666, 0o010644, 0o140755):
                with self.subTest(host=host, mode=oct(mode)):
                    item = Item(b"a", b"/etc/passwd", made_by=host << 8, attributes=mode << 16)
                    self.refused("Z2", write_zip(item))
        self.refused("Z2", write_zip(Item(b"a", made_by=10 << 8, attributes=0x400)))

    def test_links_told_only_by_an_extra_field_are_refused(self):
        asi = extra_field(0x756E, b"\0\0\0\0\xff\xa1" + bytes(8) + b"target")
        for options in ({"extra": asi}, {"local": {"extra": asi}}):
            self.refused("Z2", write_zip(Item(b"a", **options)))
        self.refused("Z2", write_zip(Item(b"a", extra=extra_field(0x0D, bytes(12) + b"target"))))
        self.accepted(write_zip(Item(b"a", extra=extra_field(0x0D, bytes(12)))))

    def test_files_and_folders_of_any_system_are_accepted(self):
        for host, attributes in ((0, 0x20), (3, 0o100644 << 16), (3, 0), (19, 0o100755 << 16)):
            with self.subTest(host=host):
                item = Item(b"a", made_by=host << 8 | 20, attributes=attributes)
                folder = Item(b"d/", method=0, made_by=3 << 8, attributes=0o040755 << 16 | 0x10)
                self.accepted(write_zip(item, folder))


class CollisionTests(ArchiveTestCase):
    def test_a_path_that_occurs_twice_is_refused(self):
        self.refused("Z3", write_zip(Item(b"a", b"1"), Item(b"b"), Item(b"a", b"2")))
        self.refused("Z3", write_zip(Item(b"f"), Item(b"d/"), Item(b"d/")))
        twin = Item(b"b", extra=unicode_path(b"b", b"a"))
        self.refused("Z3", write_zip(Item(b"a"), twin))

    def test_paths_that_fall_together_on_other_systems_are_refused(self):
        for first, second in (
            *(("README.md", "readme.md"), ("a/B/c", "a/b/d"), ("A/x", "a/y"), ("D/", "d/f")),
            *(("é", "e\u0301"), ("straße", "STRASSE"), ("é/a", "E\u0301/b"), ("Ω", "\u2126")),
            *(("a", "a/"), ("a", "a/b"), ("a/b/c", "a/b"), ("x/Y", "x/y/z")),
        ):
            for pair in ((first, second), (second, first)):
                with self.subTest(pair):
                    files = {pair[0]: b"", "a-b": b"", "a b": b"", "zz": b"", pair[1]: b""}
                    refusal = self.refused("Z4", make_zip(files))
                    self.assertEqual(refusal.entry, pair[1])

    def test_neighbours_that_do_not_collide_are_accepted(self):
        files = dict.fromkeys(("a/", "a/b", "a/b-c", "a-b", "a.b", "ab/", "ab/a", "Ａ", "ａ2"), b"")
        self.assertEqual(self.accepted(make_zip(files)), list(files))
