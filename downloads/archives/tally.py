"""What an archive and its inner archives hold together, held against the limits."""

from downloads.archives.limits import (
    Limits,
    entry_too_large,
    inflates_too_much,
    too_large,
    too_many,
)


class OverLimit(Exception):
    """A limit is passed; the text is a sentence that says which."""


class Tally:
    """Counts entries and bytes as they are met, and stops at the first limit passed."""

    def __init__(self, limits: Limits, packed: int, *, entries: int, unpacked: int) -> None:
        self.limits = limits
        self._packed = packed
        self._entries, self._unpacked, self._entry = entries, unpacked, 0

    def begin_entry(self) -> None:
        self._entry = 0
        self._entries += 1
        if self._entries > self.limits.max_entries:
            raise OverLimit(too_many(self.limits))

    def add(self, count: int) -> None:
        self._entry += count
        self._unpacked += count
        if self._entry > self.limits.max_entry_bytes:
            raise OverLimit(entry_too_large(self.limits))
        if self._unpacked > self.limits.max_unpacked_bytes:
            raise OverLimit(too_large(self.limits))
        if self.limits.inflates_too_much(self._unpacked, self._packed):
            raise OverLimit(inflates_too_much(self.limits))
