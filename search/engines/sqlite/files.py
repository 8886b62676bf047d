"""One index file, as many threads and processes share it: connections, locks, deadlines.

A connection belongs to one thread of one process. Before each use the file is looked at: if
it was replaced or deleted, the connection is left and another one made. Writers wait for
their turn at a lock file, so that a rebuild can stop them while it swaps the content.
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.engines import deadline
from search.engines.errors import IndexBusy, IndexUnusable, SearchFailure, SearchTimeout
from search.engines.sqlite import functions, schema

BUSY_SECONDS = 5.0
_LOCK_POLL_SECONDS = 0.003
# How often a running query looks at its deadline: every so many instructions, some 0.1 ms.
_PROGRESS_INSTRUCTIONS = 2000
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
# Connections of the parent process: closing one here could release its locks.
_inherited: list[sqlite3.Connection] = []


class IndexFile:
    """The file at a path, opened when first used, with its tables when it was missing."""

    def __init__(self, path: str | Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = Path(path)
        self.busy_seconds = busy_seconds
        self._local = threading.local()
        self._writes = 0

    def sibling(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    def close(self) -> None:
        """Leave this thread's connection."""
        connection, owner = self._held()
        self._local.connection = None
        if connection is None:
            return
        if owner == os.getpid():
            connection.close()
        else:
            _inherited.append(connection)

    @contextmanager
    def reading(self, seconds: float) -> Iterator[sqlite3.Connection]:
        """A connection that sees one moment of the file, for so long; then SearchTimeout."""
        until = time.monotonic() + deadline.left(seconds)
        with self._translated():
            connection = self._connection()
            connection.set_progress_handler(
                lambda: time.monotonic() > until, _PROGRESS_INSTRUCTIONS
            )
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.set_progress_handler(None, 0)
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction of its own, kept if all goes well."""
        with self._translated(), self.locked("write"):
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
                self._writes += 1
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def borrowed(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection outside a transaction, to be written as a whole."""
        with self._translated():
            yield self._connection()
            self._writes += 1

    def state(self, connection: sqlite3.Connection) -> tuple[int, ...]:
        """Another one as soon as the content is another than this connection read before."""
        # SQLite counts what others write; what is written here, only we can tell.
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        return (id(connection), version, self._writes)

    @contextmanager
    def locked(self, name: str, seconds: float | None = None) -> Iterator[None]:
        """Hold the file's lock of this name; IndexBusy when another holds it for too long."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # A descriptor of its own each time: the kernel frees it with a killed process.
        descriptor = os.open(self.sibling(f".{name}-lock"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            wait = self.busy_seconds if seconds is None else seconds
            _acquire(descriptor, deadline.left(wait), name)
            yield
        finally:
            os.close(descriptor)

    def replace_with(self, other: Path) -> None:
        """Put another closed file in the place of a damaged one. Hold the write lock."""
        self.close()
        with self.locked("open"):
            for suffix in ("-wal", "-shm"):
                # A journal that belongs to the old file would be applied to the new one.
                self.sibling(suffix).unlink(missing_ok=True)
            other.replace(self.path)

    def _held(self) -> tuple[sqlite3.Connection | None, int]:
        connection = getattr(self._local, "connection", None)
        return connection, getattr(self._local, "process", 0)

    def _connection(self) -> sqlite3.Connection:
        connection, owner = self._held()
        if connection and owner == os.getpid() and self._local.identity == _identity(self.path):
            return connection
        self.close()
        with self.locked("open"):
            connection = self._open()
        self._local.connection = connection
        self._local.process = os.getpid()
        self._local.identity = _identity(self.path)
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=self.busy_seconds, isolation_level=None, cached_statements=256
        )
        try:
            if schema.is_empty(connection):
                connection.execute("PRAGMA journal_mode=WAL")
                schema.create(connection)
            schema.check(connection)
            connection.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
                "PRAGMA cache_size=-16000; PRAGMA mmap_size=268435456;"
                "PRAGMA journal_size_limit=67108864"
            )
            functions.register(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """SQLite's errors, by what a caller can do about them."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _DAMAGED:
                self.close()
                raise IndexUnusable(f"The index file is damaged: {error}.") from error
            if code == sqlite3.SQLITE_INTERRUPT:
                raise SearchTimeout("The search took too long and was stopped.") from error
            if code in _BUSY:
                raise IndexBusy("The index is being written by another process.") from error
            raise SearchFailure(f"The index file could not be used: {error}.") from error
        except OSError as error:
            raise SearchFailure(f"The index file could not be used: {error}.") from error


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _acquire(descriptor: int, seconds: float, name: str) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise IndexBusy(f"Another process holds the {name} lock of the index.") from None
            time.sleep(_LOCK_POLL_SECONDS)
