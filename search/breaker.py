"""Whether an engine is worth asking: a circuit breaker for each connection of this process.

After failures nobody asks the engine for a while. Then one thread of its own, and no
visitor, tries whether it answers; as long as it does not, the pauses grow.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from haystack import connections

from .engines import deadline
from .engines.errors import IndexUnusable, SearchTimeout

logger = logging.getLogger(__name__)

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"
# One answer that took too long may be the question's fault; two in a row are the engine's.
_TIMEOUTS = 2
_FIRST_PAUSE = 0.5  # seconds until the first try
_LONGEST_PAUSE = 10.0
_PROBE_SECONDS = 2.0


class Breaker:
    """Closed: the engine is asked. Open: it is not. Half-open: one try is on its way."""

    def __init__(
        self, probe: Callable[[], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._probe = probe
        self._clock = clock
        self._lock = threading.Lock()
        self._state = CLOSED
        self._timeouts = 0
        self._pause = _FIRST_PAUSE
        self._opened_at = self._next_try = 0.0
        self.error = ""

    @property
    def state(self) -> str:
        return self._state

    def open_seconds(self) -> float | None:
        """For how long the engine has not been asked; None while it is."""
        return None if self._state == CLOSED else self._clock() - self._opened_at

    def allows(self) -> bool:
        """Whether to ask the engine now. Where it is time for a try, one is begun beside."""
        with self._lock:
            if self._state == CLOSED:
                return True
            is_due = self._state == OPEN and self._clock() >= self._next_try
            if is_due:
                self._state = HALF_OPEN
        if is_due:
            self.start_probe()
        return False

    def succeeded(self) -> None:
        """The engine answered a visitor."""
        self._timeouts = 0
        self._pause = _FIRST_PAUSE

    def failed(self, error: Exception) -> None:
        """The engine did not answer a visitor, or answered with a failure."""
        with self._lock:
            self._timeouts += 1
            if self._state != CLOSED:
                return
            if isinstance(error, SearchTimeout) and self._timeouts < _TIMEOUTS:
                return
            self._opened_at = self._clock()
            self._open(error)
        logger.warning("The search engine is spared for a while: %s", error)

    def start_probe(self) -> None:
        threading.Thread(target=self.probe, daemon=True, name="search-probe").start()

    def probe(self) -> None:
        """Try whether the engine answers: closed if it does, else open for longer."""
        try:
            self._probe()
        except Exception as error:  # noqa: BLE001 - any error is an answer to what is tried
            with self._lock:
                self._open(error)
            return
        with self._lock:
            # As if one had timed out: where the next visitor waits in vain, it opens again.
            self._state, self._timeouts, self.error = CLOSED, _TIMEOUTS - 1, ""
        logger.warning("The search engine answers again.")

    def _open(self, error: Exception) -> None:
        self._state, self._timeouts = OPEN, 0
        self._next_try = self._clock() + self._pause
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        self.error = type(error).__name__


_breakers: dict[tuple[int, str], Breaker] = {}
_making = threading.Lock()


def of(alias: str) -> Breaker:
    """The breaker of a connection. A forked process begins with one of its own."""
    key = (os.getpid(), alias)
    with _making:
        if key not in _breakers:
            _breakers[key] = Breaker(lambda: _ask(alias))
        return _breakers[key]


def forget() -> None:
    """Begin anew, as after a start."""
    _breakers.clear()


def _ask(alias: str) -> None:
    backend: Any = connections[alias].get_backend()
    try:
        with deadline.within(_PROBE_SECONDS):
            is_whole = getattr(backend, "is_whole", None)
            if is_whole is not None and not is_whole():
                raise IndexUnusable("The index is missing or was never built.")
            backend.document_count()
    finally:
        connections[alias].reset_sessions()
