"""The command that prints what a page would show, as a person at a shell meets it."""

import io
import subprocess
import sys
from unittest import mock

from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase


def run(source: bytes) -> str:
    out = io.StringIO()
    with mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(source))):
        call_command("render_markdown", stdout=out)
    return out.getvalue()


class RenderMarkdownTests(SimpleTestCase):
    def test_it_prints_the_body(self):
        self.assertEqual(run("**注意：**请看".encode()), "<p><strong>注意：</strong>请看</p>\n")

    def test_a_byte_order_mark_is_no_text(self):
        self.assertEqual(run(b"\xef\xbb\xbf# a").count("<h2"), 1)

    def test_nothing_gives_nothing(self):
        self.assertEqual(run(b"").strip(), "")

    def test_what_is_not_utf8_is_refused(self):
        with self.assertRaises(CommandError) as refused:
            run("中文".encode("gb18030"))
        self.assertEqual(refused.exception.returncode, 1)

    def test_what_is_too_large_is_refused(self):
        with self.assertRaises(CommandError) as refused:
            run(b"a" * (settings.MARKDOWN_MAX_BYTES + 1))
        self.assertEqual(refused.exception.returncode, 1)

    def test_input_that_cannot_be_read_is_another_failure(self):
        broken = mock.Mock()
        broken.buffer.read.side_effect = OSError
        for stdin in (broken, None):
            with mock.patch("sys.stdin", stdin), self.assertRaises(CommandError) as refused:
                call_command("render_markdown")
            self.assertEqual(refused.exception.returncode, 2)

    def test_at_a_shell_a_refusal_is_a_sentence_and_exit_1(self):
        command = [sys.executable, "manage.py", "render_markdown"]
        ran = subprocess.run(command, input=b"\xff", capture_output=True, cwd=settings.BASE_DIR)
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(ran.stdout, b"")
        self.assertIn("UTF-8", ran.stderr.decode())
        self.assertNotIn("Traceback", ran.stderr.decode())
