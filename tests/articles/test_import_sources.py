"""Where an import reads from, and that it never reads beyond it."""

import os
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import SimpleTestCase

from articles.importing.sources import FileRefused, SourceUnreadable, open_source
from tests.factories import make_zip


class SourceTestCase(SimpleTestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "root"
        self.root.mkdir()

    def write(self, path: str, data: bytes = b"x") -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        return file


class FolderTests(SourceTestCase):
    def test_hidden_folders_and_node_modules_are_left_out(self):
        for path in [
            "b.md",
            "a/c.MD",
            ".git/x.md",
            ".vuepress/y.md",
            "node_modules/z.md",
            ".h.md",
            "t.txt",
        ]:
            self.write(path)
        self.assertEqual(open_source(self.root).documents(), ["a/c.MD", "b.md"])

    def test_links_out_of_the_root_are_not_followed(self):
        outside = self.root.parent / "outside"
        outside.mkdir()
        (outside / "secret.md").write_bytes(b"secret")
        (self.root / "folder").symlink_to(outside)
        (self.root / "file.md").symlink_to(outside / "secret.md")
        source = open_source(self.root)
        self.assertEqual(source.documents(), ["file.md"])
        with self.assertRaises(FileRefused):
            source.open("file.md", 100)
        for path in ["folder/secret.md", "../outside/secret.md", "/etc/hostname", "a\0b"]:
            with self.subTest(path):
                self.assertFalse(source.has(path))

    def test_a_link_within_the_root_is_followed(self):
        self.write("a.png")
        (self.root / "b.png").symlink_to("a.png")
        self.assertTrue(open_source(self.root).has("b.png"))

    def test_a_file_is_a_source_with_what_lies_beside_it(self):
        file = self.write("a.md")
        self.write("b.md")
        self.write("p/1.png")
        source = open_source(file)
        self.assertEqual(source.documents(), ["a.md"])
        self.assertTrue(source.has("p/1.png"))

    def test_a_name_that_is_no_text_is_refused_by_itself(self):
        self.write("a.md")
        Path(os.fsdecode(os.fsencode(self.root) + b"/\xff.md")).write_bytes(b"x")
        source = open_source(self.root)
        self.assertEqual(source.documents(), ["a.md"])
        self.assertEqual(len(source.refused), 1)

    def test_what_is_no_source_is_said(self):
        for path in [self.root / "none", self.write("x.txt"), self.write("broken.zip")]:
            with self.subTest(path.name), self.assertRaises(SourceUnreadable):
                open_source(path)


class ZipTests(SourceTestCase):
    def open(self, data: bytes):
        return open_source(self.write("posts.zip", data))

    def test_a_zip_of_a_folder_has_the_paths_of_the_folder(self):
        files = {
            "docs/a.md": b"x",
            "docs/p/1.png": b"y",
            "docs/.git/z.md": b"",
            "__MACOSX/docs/._a.md": b"",
        }
        source = self.open(make_zip(files))
        self.assertEqual(source.documents(), ["a.md"])
        self.assertTrue(source.has("p/1.png"))

    def test_unsafe_paths_are_refused_and_the_rest_is_read(self):
        source = self.open(
            make_zip({"../up.md": b"", "/abs.md": b"", "a/../b.md": b"", "ok.md": b"x"})
        )
        self.assertEqual(source.documents(), ["ok.md"])
        self.assertEqual(len(source.refused), 3)

    def test_links_in_a_zip_are_refused(self):
        file = self.root / "l.zip"
        with zipfile.ZipFile(file, "w") as archive:
            entry = zipfile.ZipInfo("a.md")
            entry.create_system, entry.external_attr = 3, 0o120777 << 16
            archive.writestr(entry, "/etc/passwd")
            archive.writestr("b.md", "x")
        source = open_source(file)
        self.assertEqual(source.documents(), ["b.md"])
        self.assertEqual(source.refused[0][0], "a.md")

    def test_gbk_names_are_read(self):
        data = make_zip({"ABCD.md": b"x", "z.md": b"y"})
        source = self.open(data.replace(b"ABCD", "文章".encode("gb18030")))
        self.assertEqual(source.documents(), ["z.md", "文章.md"])

    def test_an_entry_that_inflates_beyond_the_limit_is_refused(self):
        source = self.open(make_zip({"a.md": b"0" * 5000}))
        with self.assertRaises(FileRefused):
            source.open("a.md", 1000)

    def test_a_damaged_entry_is_refused_by_itself(self):
        data = bytearray(make_zip({"a.md": b"abcdefgh" * 20, "b.md": b"x"}))
        data[40] ^= 0xFF
        source = self.open(bytes(data))
        with self.assertRaises(FileRefused):
            source.open("a.md", 1000)
        self.assertEqual(source.open("b.md", 10).read(), b"x")
