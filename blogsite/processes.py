"""The processes that the start command runs: they end when they are told, and never outlive it."""

import ctypes
import os
import signal
import subprocess
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
STOP_SECONDS = 15  # how long open requests may take when stopping
INSIST_SECONDS = 1  # a second signal within this is the echo of the first, through make
_PR_SET_PDEATHSIG = 1
# Linux alone has it; elsewhere `kill -9` of the start command leaves its children running.
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


class Orders:
    """The signals that came: the first asks to stop, a later one insists.

    They are only noted. An exception raised by a handler could come between the birth of a
    process and the line that remembers it.
    """

    def __init__(self) -> None:
        self.times: list[float] = []
        self.number = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Ignored by nohup: then a closed terminal shall not stop the site.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note)

    def _note(self, number: int, _frame: object) -> None:
        self.number = self.number or number
        self.times.append(time.monotonic())

    @property
    def to_stop(self) -> bool:
        return bool(self.times)

    @property
    def to_insist(self) -> bool:
        return bool(self.times) and self.times[-1] - self.times[0] > INSIST_SECONDS


def spawn(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a command in a group of its own: Ctrl+C reaches only this process, which stops it."""
    return subprocess.Popen(  # noqa: S603
        command,
        env=environment,
        cwd=BASE_DIR,
        start_new_session=True,
        preexec_fn=partial(end_with_parent, os.getpid()),
    )


def end_with_parent(parent: int) -> None:
    """Let the kernel send this process SIGTERM when its parent ends, however it ends."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before the kernel knew
        os._exit(1)


def stop(processes: list[subprocess.Popen[bytes]], orders: Orders) -> None:
    """Ask every process to end, then insist: after a while, or at once after a second signal."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    while any(process.poll() is None for process in processes):
        if orders.to_insist or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    for process in processes:
        with suppress(ProcessLookupError):  # what it left of its group
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
