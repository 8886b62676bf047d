"""What `manage.py inspect_image` tells an operator."""

import json
import tempfile
from io import BytesIO, StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase
from PIL import Image


class InspectImageTests(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def run_on(self, data: bytes, *options: str) -> tuple[str, int]:
        path = self.folder / "upload"
        path.write_bytes(data)
        out = StringIO()
        try:
            call_command("inspect_image", str(path), *options, stdout=out)
        except SystemExit as end:
            return out.getvalue(), end.code
        return out.getvalue(), 0

    def picture(self) -> bytes:
        tags = Image.Exif()
        tags[0x0112] = 6
        out = BytesIO()
        Image.new("RGB", (30, 20), "teal").save(out, "JPEG", exif=tags)
        return out.getvalue()

    def test_an_accepted_picture_is_told_with_its_size_as_shown(self):
        out, code = self.run_on(self.picture(), "--json")
        expected = {"accepted": True, "error": "", "width": 20, "height": 30}
        self.assertEqual((json.loads(out), code), (expected, 0))

    def test_a_refused_file_is_told_with_the_reason(self):
        out, code = self.run_on(b"<svg/>", "--json")
        result = json.loads(out)
        self.assertTrue(result.pop("error"))
        self.assertEqual(result, {"accepted": False, "width": None, "height": None})
        self.assertEqual(code, 1)

    def test_a_person_gets_one_sentence(self):
        accepted, code = self.run_on(self.picture())
        self.assertIn("20 × 30", accepted)
        self.assertEqual(code, 0)
        refused, code = self.run_on(b"<svg/>")
        self.assertEqual((refused.count("\n"), code), (1, 1))

    def test_an_unreadable_file_and_wrong_usage_are_code_2(self):
        for path in (self.folder / "missing", self.folder):
            with self.subTest(path.name), self.assertRaises(CommandError) as caught:
                call_command("inspect_image", str(path), "--json")
            self.assertEqual(caught.exception.returncode, 2)
        with self.assertRaises(CommandError):
            call_command("inspect_image")
