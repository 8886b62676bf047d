"""Rendering within the limits of size and time, whatever was typed.

A thread cannot be stopped inside a regular expression, so each server process keeps one
helper process, which is killed when the time is over and replaced.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from .cleaning import clean
from .document import Heading, Rendered, RenderingRefused
from .messages import LENGTH, pack

QUEUE_SECONDS = 5.0  # how long a text waits for its turn
_START_SECONDS = 10.0  # of the helper itself, not counted against the author
_ENVIRONMENT = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL")  # no secrets of the site
logger = logging.getLogger(__name__)


class _TooSlow(Exception):
    """The deadline passed."""


class Busy(Exception):
    """Other texts held the helper for too long."""


class _Gone(Exception):
    """The helper ended before it answered."""


def _transfer(process: subprocess.Popen, message: bytes, deadline: float) -> dict[str, Any]:
    """Write `message` and read one answer, never blocking past the deadline."""
    assert process.stdin and process.stdout  # noqa: S101
    left, received = memoryview(message), bytearray()
    with DefaultSelector() as selector:
        selector.register(process.stdout, EVENT_READ)
        if left:
            selector.register(process.stdin, EVENT_WRITE)
        while True:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise _TooSlow
            for key, _events in selector.select(remaining):
                if key.fileobj is process.stdin:
                    try:
                        left = left[os.write(key.fd, left[:65_536]) :]
                    except BrokenPipeError as error:
                        raise _Gone from error
                    if not left:
                        selector.unregister(process.stdin)
                    continue
                piece = os.read(key.fd, 1 << 20)
                if not piece:
                    raise _Gone
                received += piece
            if len(received) >= LENGTH.size:
                size = LENGTH.unpack_from(received)[0]
                if len(received) >= LENGTH.size + size:
                    return json.loads(bytes(received[LENGTH.size :]))


class Helper:
    """The helper process of this server process: started when first needed."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None
        self._lock = threading.Lock()
        self._dying: list[subprocess.Popen] = []

    def ask(self, source: str, seconds: float) -> dict[str, Any]:
        """The helper's answer for `source`, within `seconds` of its work."""
        message = pack({"source": source, "seconds": seconds})
        # Who waits holds a thread of the server; a few slow texts must not hold all of them.
        if not self._lock.acquire(timeout=QUEUE_SECONDS):
            raise Busy
        try:
            spent = 0.0
            for attempt in (1, 2):
                process = self._running()
                started = time.monotonic()
                try:
                    return _transfer(process, message, started + seconds - spent)
                except _Gone:
                    # Perhaps it died while it was idle; a second death is the text's doing.
                    spent += time.monotonic() - started
                    self._end()
                    if attempt == 2:
                        raise
                except BaseException:
                    # Its late answer must not be taken for that to the next question.
                    self._end()
                    raise
        finally:
            self._lock.release()
        raise _Gone

    def forget(self) -> None:
        """In a forked child: leave the parent's helper to the parent."""
        process, self.process, self._lock = self.process, None, threading.Lock()
        for dying in self._dying:
            dying.returncode = 0
        self._dying = []
        if process is not None and process.stdin and process.stdout:
            # Else the helper would not see the end of its input when the parent ends.
            process.stdin.close()
            process.stdout.close()
            # Not a child of this process: there is nothing to wait for.
            process.returncode = 0

    def _running(self) -> subprocess.Popen:
        self._dying = [process for process in self._dying if process.poll() is None]
        if self.process is not None and self.process.poll() is not None:
            self._end()
        if self.process is None:
            process = self.process = self._start()
            try:
                _transfer(process, b"", time.monotonic() + _START_SECONDS)
            except BaseException:
                self._end()
                raise
        return self.process

    def _start(self) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "content.rendering.helper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            # Ctrl-C in the terminal of the server is not meant for it.
            start_new_session=True,
        )
        assert process.stdin and process.stdout  # noqa: S101
        os.set_blocking(process.stdin.fileno(), False)
        os.set_blocking(process.stdout.fileno(), False)
        return process

    def _end(self) -> None:
        process, self.process = self.process, None
        if process is not None and process.stdin and process.stdout:
            process.kill()
            process.stdin.close()
            process.stdout.close()
            # Freeing much memory takes a while, and the author has waited long enough.
            self._dying.append(process)


helper = Helper()
# gunicorn --preload forks after this module is loaded.
os.register_at_fork(after_in_child=helper.forget)


def render_bounded(source: str) -> Rendered:
    """Render what a person typed, or raise `RenderingRefused` with a sentence for them."""
    limit, seconds = settings.MARKDOWN_MAX_BYTES, settings.MARKDOWN_MAX_SECONDS
    if len(source.encode("utf-8", "surrogatepass")) > limit:
        raise RenderingRefused(
            _("The text is larger than %(limit)d kB. Please divide it.") % {"limit": limit // 1000}
        )
    try:
        answer = helper.ask(clean(source), seconds)
    except _TooSlow:
        raise RenderingRefused(
            _("Showing the text takes longer than %(seconds)s seconds. Please simplify it.")
            % {"seconds": seconds}
        ) from None
    except Busy:
        raise RenderingRefused(
            _("Other texts are being rendered at the moment. Please try again in a few seconds.")
        ) from None
    except (_Gone, OSError) as error:
        logger.exception("The rendering process ended or could not be started.")
        raise RenderingRefused(
            _("The text could not be rendered. Please try again or simplify it.")
        ) from error
    if "refused" in answer:
        raise RenderingRefused(
            _("The text is nested too deeply to be shown.")
            if answer["refused"] == "nesting"
            else _("The text could not be rendered. Please try again or simplify it.")
        )
    headings = tuple(Heading(**heading) for heading in answer["headings"])
    pictures = frozenset(answer["pictures"])
    return Rendered(answer["html"], headings, answer["text"], pictures)
