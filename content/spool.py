"""Files that requests append lines to and the worker reads, each line exactly once.

Each thread appends to a file of its own, so that nobody waits. Whoever wants to read a file
renames it first, and from then on nobody can begin to write to it: a writer holds a shared
lock and looks whether the name still leads to the file that it has open; a reader waits, with
an exclusive lock, until the last writer is done. Both may be stopped or killed anywhere.
"""

import errno
import fcntl
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

ROTATE_SECONDS = 5
# How often a line looks for a file, when its own is taken away under its hands.
_ATTEMPTS = 5
_WRITTEN, _TAKEN = ".counts", ".taken"


class _Own(threading.local):
    path: Path | None = None
    opened = 0.0
    pid = 0


_own = _Own()


def append(line: bytes) -> None:
    """Add one line, its line break included; OSError when the disk does not take it."""
    for _attempt in range(_ATTEMPTS):
        path, is_new = _own_path()
        try:
            if _is_written(path, line, is_new=is_new):
                return
        except BaseException:
            # A line that was cut off stays the last of its file, where readers expect it.
            _own.path = None
            raise
        _own.path = None
    raise OSError(errno.EAGAIN, "Every new spool file was taken away at once.")


def _own_path() -> tuple[Path, bool]:
    """This thread's own file, a new one every few seconds and after a fork."""
    now = time.monotonic()
    if _own.path is None or _own.pid != os.getpid() or now - _own.opened > ROTATE_SECONDS:
        settings.SPOOL_DIR.mkdir(parents=True, exist_ok=True)
        _own.path = settings.SPOOL_DIR / f"{time.time_ns()}-{secrets.token_hex(8)}{_WRITTEN}"
        _own.opened, _own.pid = now, os.getpid()
        return _own.path, True
    return _own.path, False


def _is_written(path: Path, line: bytes, *, is_new: bool) -> bool:
    """Whether the line was added; False when a reader has the file already."""
    # Never made anew under a name that may have been read before.
    flags = os.O_CREAT | os.O_EXCL if is_new else 0
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | flags, 0o640)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(descriptor), path.stat()):
            return False
        if os.write(descriptor, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except (BlockingIOError, FileNotFoundError):
        return False
    finally:
        os.close(descriptor)
    return True


def take(settled_seconds: float) -> list[Path]:
    """The files to read, oldest first: those that rest for so long, and remains of other reads."""
    for path in settings.SPOOL_DIR.glob(f"*{_WRITTEN}"):
        try:
            # Either way: after the clock was set back, a file may be of the future.
            if abs(time.time() - path.stat().st_mtime) >= settled_seconds:
                path.rename(path.with_suffix(_TAKEN))
        except FileNotFoundError:
            continue  # somebody else takes it
    return sorted(settings.SPOOL_DIR.glob(f"*{_TAKEN}"))


@contextmanager
def reading(path: Path) -> Iterator[list[str] | None]:
    """The whole lines of a file that `take()` gave; None while somebody else has it.

    The file is deleted at the end, unless an error ends the reading.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    with os.fdopen(descriptor, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        # What stands behind the last line break was cut off: half a number is another number.
        yield file.read().decode("ascii", "replace").split("\n")[:-1]
        path.unlink(missing_ok=True)


def name_of(path: Path) -> str:
    """The name that a file has from its first line to its deletion."""
    return path.with_suffix(_WRITTEN).name


def waiting() -> list[Path]:
    """All files that were not read to the end yet."""
    return [path for suffix in (_WRITTEN, _TAKEN) for path in settings.SPOOL_DIR.glob(f"*{suffix}")]
