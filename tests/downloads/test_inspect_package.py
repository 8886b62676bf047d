"""The command tells by its exit code and one JSON object whether a file would be taken."""

import hashlib
import json
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, override_settings
from django.utils import translation

from tests.factories_zip import make_zip

LAWFUL = make_zip({"目录/": b"", "目录/a.txt": b"hello"})


class InspectPackageTests(SimpleTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "包.zip"

    def run_command(self, data: bytes, *options: str) -> tuple[str, int]:
        self.path.write_bytes(data)
        output, code = StringIO(), 0
        try:
            call_command("inspect_package", str(self.path), *options, stdout=output)
        except SystemExit as error:
            code = error.code
        except CommandError as error:
            code = error.returncode
            output.write(str(error))
        return output.getvalue(), code

    def test_an_accepted_file_is_told_as_one_json_object_with_its_listing(self):
        output, code = self.run_command(LAWFUL, "--json")
        self.assertEqual(code, 0)
        self.assertEqual(
            json.loads(output),
            {
                "accepted": True,
                "rule": None,
                "error": "",
                "size": len(LAWFUL),
                "sha256": hashlib.sha256(LAWFUL).hexdigest(),
                "entries": [
                    {"path": "目录/", "size": 0, "is_dir": True},
                    {"path": "目录/a.txt", "size": 5, "is_dir": False},
                ],
            },
        )

    def test_a_refused_file_is_told_as_json_too_with_the_rule_and_exit_code_1(self):
        for rule, data in (("Z13", b""), ("Z13", b"text"), ("Z1", make_zip({"../a": b""}))):
            with self.subTest(rule):
                output, code = self.run_command(data, "--json")
                result = json.loads(output)
                self.assertEqual((code, result["accepted"], result["rule"]), (1, False, rule))
                self.assertIn(rule, result["error"])
                self.assertEqual(result["entries"], [])
                self.assertEqual(result["sha256"], hashlib.sha256(data).hexdigest())

    def test_the_name_and_the_size_of_the_upload_are_checked(self):
        output, code = self.run_command(LAWFUL, "--json", "--name", "a.rar")
        self.assertEqual((json.loads(output)["rule"], code), ("Z14", 1))
        with override_settings(PACKAGE_MAX_BYTES=9):
            output, code = self.run_command(LAWFUL, "--json")
        result = json.loads(output)
        self.assertEqual((result["rule"], result["size"], code), ("Z7", len(LAWFUL), 1))

    def test_without_json_a_person_reads_the_listing_or_the_reason(self):
        output, code = self.run_command(LAWFUL)
        self.assertEqual(code, 0)
        self.assertIn("目录/a.txt", output)
        self.assertIn(hashlib.sha256(LAWFUL).hexdigest(), output)
        output, code = self.run_command(make_zip({"a?": b""}))
        self.assertEqual(code, 1)
        self.assertIn("Z5", output)

    def test_a_file_that_cannot_be_read_is_exit_code_2(self):
        for path in (self.path.parent, self.path.parent / "none.zip", "/dev/null"):
            with self.subTest(path), self.assertRaises(CommandError) as raised:
                call_command("inspect_package", str(path), "--json", stdout=StringIO())
            self.assertEqual(raised.exception.returncode, 2)

    def test_as_a_program_it_prints_nothing_but_the_result(self):
        self.path.write_bytes(make_zip({"a/b": b"", "a": b""}))
        command = [sys.executable, "manage.py", "inspect_package"]
        run = {"cwd": settings.BASE_DIR, "capture_output": True}
        refused = subprocess.run([*command, str(self.path), "--json"], **run)
        self.assertEqual((refused.returncode, json.loads(refused.stdout)["rule"]), (1, "Z4"))
        self.assertEqual(refused.stderr, b"")
        self.assertEqual(subprocess.run(command, **run).returncode, 2)

    def test_a_refusal_speaks_the_language_of_the_site(self):
        for language, word in (("zh-hans", "路径"), ("en", "path")):
            with translation.override(language):
                self.assertIn(word, self.run_command(make_zip({"../a": b""}))[0])
