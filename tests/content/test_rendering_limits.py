"""The limits of size and time, and the helper process that keeps them."""

import contextlib
import os
import signal
import threading
import time
from unittest import mock

from django.test import SimpleTestCase, override_settings

from content.rendering import RenderingRefused, bounded, render, render_bounded

KILO = 1000
# The hard limit of the rules, and what stopping a process may take on a busy machine.
LIMIT_SECONDS = 2.5 + 1.5
FAMILIES = {
    "brackets": "[",
    "picture brackets": "![[",
    "stars": "*a ",
    "backticks": "` ``",
    "quotes": "> ",
    "nested lists": "- ",
    "less than": "<",
    "equal headings": "# a\n",
    "footnotes": "[^1] [^1]: a\n\n",
    "dots": "a.",
    "links": "http://a.",
    "emphasis": "**a *b ",
    "open tags": "<div>",
    "boxes": "::: a\n",
    "cells": "|a",
}


class LimitTests(SimpleTestCase):
    def test_what_is_rendered_is_the_same_as_without_limits(self):
        source = "# 题\n\n**注意：**看![图](/pictures/a.png)\n\n```py\nx = 1\n```\n"
        self.assertEqual(render_bounded(source), render(source))

    def test_size_is_counted_in_bytes(self):
        with override_settings(MARKDOWN_MAX_BYTES=30):
            render_bounded("中" * 10)
            with self.assertRaises(RenderingRefused) as refused:
                render_bounded("中" * 10 + "a")
        self.assertRegex(str(refused.exception), r"\w")

    def test_any_hostile_text_is_answered_within_the_limit(self):
        render_bounded("starts the helper, which the limit does not count")
        for name, piece in FAMILIES.items():
            with self.subTest(name):
                source = piece * (20 * KILO // len(piece))
                started = time.monotonic()
                render_bounded(source)
                self.assertLess(time.monotonic() - started, LIMIT_SECONDS)

    def test_the_largest_hostile_text_is_answered_within_the_limit(self):
        render_bounded("starts the helper, which the limit does not count")
        started = time.monotonic()
        # Refused or shown, as fast as the machine is; only the limit is certain.
        with contextlib.suppress(RenderingRefused):
            render_bounded("![[" * (199 * KILO // 3))
        self.assertLess(time.monotonic() - started, LIMIT_SECONDS)


class HelperTests(SimpleTestCase):
    def refuse_slowly(self) -> None:
        """Render what cannot be done in the time given."""
        with override_settings(MARKDOWN_MAX_SECONDS=0.05), self.assertRaises(RenderingRefused):
            render_bounded("![[" * 20 * KILO)

    def test_after_a_timeout_a_new_helper_renders_the_next_text(self):
        render_bounded("a")
        slow = bounded.helper.process
        self.refuse_slowly()
        self.assertEqual(slow.wait(timeout=10), -signal.SIGKILL)
        self.assertEqual(render_bounded("b").text, "b")
        self.assertNotEqual(bounded.helper.process.pid, slow.pid)

    def test_a_helper_that_died_while_idle_is_replaced_unseen(self):
        render_bounded("a")
        bounded.helper.process.kill()
        self.assertEqual(render_bounded("b").text, "b")

    def test_threads_get_their_own_answers(self):
        answers: dict[int, str] = {}

        def ask(number: int) -> None:
            answers[number] = render_bounded(f"第 {number} 篇").text

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, {number: f"第 {number} 篇" for number in range(8)})

    def test_a_forked_server_starts_its_own_helper_and_leaves_the_other(self):
        render_bounded("a")
        parents = bounded.helper.process
        child = os.fork()
        if child == 0:
            status = 1
            try:
                fresh = bounded.helper.process is None
                status = int(not (fresh and render_bounded("b").text == "b"))
                bounded.helper._end()
            finally:
                os._exit(status)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertIs(bounded.helper.process, parents)
        self.assertEqual(render_bounded("c").text, "c")
        self.assertEqual(bounded.helper.process.pid, parents.pid)

    def test_the_helper_ends_when_its_parents_side_closes(self):
        helper = bounded.Helper()
        helper.ask("a", 2.5)
        helper.process.stdin.close()
        self.assertEqual(helper.process.wait(timeout=10), 0)
        helper.process.stdout.close()

    def test_the_helper_knows_no_secrets(self):
        with mock.patch.dict(os.environ, {"SECRET_KEY": "hidden"}):
            helper = bounded.Helper()
            helper.ask("a", 2.5)
            with open(f"/proc/{helper.process.pid}/environ") as environment:  # noqa: PTH123
                self.assertNotIn("hidden", environment.read())
            process = helper.process
            helper._end()
            process.wait(timeout=10)

    def test_a_text_that_kills_helpers_is_refused(self):
        helper = bounded.Helper()

        def kill(process, message, deadline):
            if message:
                os.kill(process.pid, signal.SIGKILL)
            return transfer(process, message, deadline)

        transfer = bounded._transfer
        with mock.patch.object(bounded, "_transfer", kill), self.assertRaises(bounded._Gone):
            helper.ask("a", 2.5)
        self.assertIsNone(helper.process)
