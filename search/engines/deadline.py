"""Until when whoever asks must have an answer, however many requests it takes.

An engine's own limit is one of each request; a page makes several. Inside of `within` all of
them together have so many seconds, in this thread.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float | None] = ContextVar("search_until", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Inside, engines give up after so many seconds, or earlier where a block around says so."""
    token = _until.set(time.monotonic() + left(seconds))
    try:
        yield
    finally:
        _until.reset(token)


def left(seconds: float) -> float:
    """So many seconds, or what is left of the block around; nothing or less when it is over."""
    until = _until.get()
    return seconds if until is None else min(seconds, until - time.monotonic())
