"""Build a whole index beside the live one, catch up with what changed meanwhile, and swap.

The new content is copied into the live file in one transaction by SQLite's own backup, under
the writers' lock: readers see the old index until the moment they see the new one. The file
itself is replaced only where it is damaged; replacing a file in WAL mode under open
connections would apply its journal to the wrong content.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.utils import timezone
from haystack import indexes

from search.engines.errors import IndexUnusable
from search.engines.sqlite import documents
from search.engines.sqlite.files import IndexFile

_SWAP_LOCK_SECONDS = 60.0


class Rebuild:
    """`with backend.rebuild() as fresh: fresh.update(index, objects)`: swapped at its end.

    An exception leaves the live index as it is; so does a killed process, whose half file
    the next rebuild removes. A second rebuild at the same time is refused with IndexBusy.
    """

    def __init__(self, live: IndexFile, prepare: Any) -> None:
        self._live = live
        self._prepare = prepare
        self._new = IndexFile(live.sibling(".new"), live.busy_seconds)

    def update(self, index: indexes.SearchIndex, iterable: Iterable[Any]) -> None:
        """Write these objects into the new index, in one transaction."""
        found = list(self._prepare(index, iterable))
        with self._new.writing() as connection:
            documents.write(connection, found)

    def document_count(self) -> int:
        with self._new.reading(60) as connection:
            return connection.execute("SELECT count(*) FROM documents").fetchone()[0]

    def __enter__(self) -> Self:
        self._lock = self._live.locked("rebuild", seconds=0)
        self._lock.__enter__()
        try:
            self._remove_new()
            self._start_noting()
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            self._remove_new()
            self._stop_noting()
            self._lock.__exit__(kind, error, trace)

    def _start_noting(self) -> None:
        try:
            with self._live.writing() as connection:
                connection.execute("DELETE FROM changes")
                connection.execute("DELETE FROM building")
                connection.execute(
                    "INSERT INTO building (started) VALUES (?)", [timezone.now().isoformat()]
                )
            self._live_is_usable = True
        except IndexUnusable:
            self._live_is_usable = False

    def _stop_noting(self) -> None:
        try:
            with self._live.writing() as connection:
                connection.execute("DELETE FROM changes")
                connection.execute("DELETE FROM building")
        except IndexUnusable:
            pass  # still damaged, as it was when the rebuild began

    def _finish(self) -> None:
        with self._new.writing() as connection:
            # One segment: what was built in batches answers as if it had been built at once.
            connection.execute("INSERT INTO tokens (tokens) VALUES ('optimize')")
        with self._live.locked("write", seconds=_SWAP_LOCK_SECONDS):
            if self._live_is_usable:
                self._catch_up()
            self._new.close()
            if self._live_is_usable:
                self._copy_over()
            else:
                self._live.replace_with(self._new.path)

    def _catch_up(self) -> None:
        # The write lock of the live file is held: nothing more can change there.
        with self._live.reading(600) as old, self._new.writing() as new:
            changed = old.execute("SELECT id FROM changes").fetchall()
            for (identifier,) in changed:
                documents.copy(old, new, identifier)
            if changed:
                # Which of them are in these documents, nobody has noted.
                new.executemany(
                    "INSERT OR IGNORE INTO words (word, sound) VALUES (?, ?)",
                    old.execute("SELECT word, sound FROM words"),
                )

    def _copy_over(self) -> None:
        source = sqlite3.connect(self._new.path)
        try:
            with self._live.borrowed() as live:
                source.backup(live)
                live.execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            source.close()

    def _remove_new(self) -> None:
        self._new.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._new.path}{suffix}").unlink(missing_ok=True)
