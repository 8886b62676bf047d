"""Where servers of tests are kept between runs, and where they keep their data."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_PREFIX = "elasticsearch-of-tests-"
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there
# Much more than all servers of a session or a drill write.
_MEMORY_BYTES = 2_000_000_000


def cache() -> Path:
    """Where servers are kept between runs; ELASTICSEARCH_CACHE moves it."""
    # The home of root is closed to the user that runs the server.
    of_user = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    base = Path("/var/cache") if os.geteuid() == 0 else of_user
    folder = Path(os.environ.get("ELASTICSEARCH_CACHE", base / "elasticsearch-for-tests"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(name: str) -> Iterator[None]:
    """While one process makes something there, others wait."""
    with (cache() / f".{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder for servers, removed afterwards; by the next session where this one is killed."""
    base = _quick_place()
    with ExitStack() as held:
        with locked("folders"):
            for left in base.glob(f"{_PREFIX}*"):
                with suppress(OSError), _held(left):
                    shutil.rmtree(left, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
            held.enter_context(_held(folder))
        folder.chmod(0o755)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """A folder that no other process holds; the kernel lets go of it with a killed one."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _quick_place() -> Path:
    """Memory, where there is enough of it: a server waits for the disk with all that it does."""
    with suppress(OSError):
        if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _MEMORY_BYTES:
            return _MEMORY
    return Path(tempfile.gettempdir())
