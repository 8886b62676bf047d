"""An inner ZIP counted as any program could unpack it, lawful or not.

By every directory found near its end, and by walking from local header to local header as
programs do that read a stream. Sizes are those that come out, never those declared.
"""

import struct
import zlib

from downloads.archives.coverage import DESCRIPTORS, LOCAL_SIZE
from downloads.archives.directory import (
    CENTRAL,
    ENCRYPTED,
    END,
    END64,
    END64_SIZE,
    END_SIZE,
    LOCAL,
    LOCATOR64,
    LOCATOR64_SIZE,
    LONGEST_COMMENT,
    STREAMED,
    Record,
    read_record,
)
from downloads.archives.inflating import DEFLATED, STORED, BadData, inflated_chunks
from downloads.archives.limits import Clock
from downloads.archives.refusals import Findings
from downloads.archives.sources import Source
from downloads.archives.tally import Tally

MOST_ENDS = 8  # end signatures that are tried, from the last one back


def count_zip(source: Source, tally: Tally, clock: Clock) -> None:
    """Add to the tally all that could be unpacked from this ZIP."""
    counter = _Counter(source, tally, clock)
    records: list[Record] = []
    for start, shift in sorted(_directories(source)):
        while read := read_record(source, start, source.size, len(records), Findings()):
            clock.check()
            record, start = read
            record.offset += shift
            records.append(record)
            if len(records) > tally.limits.max_entries:  # the tally will say so
                break
    for record in sorted(records, key=lambda record: record.offset):
        counter.count(record.offset, record.method, record.flags, record.packed, record.size)
    position: int | None = (
        0 if source.read_at(0, 4) == LOCAL else 4
    )  # behind the mark of a split ZIP
    while position is not None and source.read_at(position, 4) == LOCAL:
        clock.check()
        position = counter.walk(position)


def _directories(source: Source) -> set[tuple[int, int]]:
    """Where a directory begins, and what must be added to the offsets in it."""
    tail_start = max(0, source.size - END_SIZE - LONGEST_COMMENT)
    tail = source.read_at(tail_start, source.size - tail_start)
    found: set[tuple[int, int]] = set()
    seen = len(tail)
    for _attempt in range(MOST_ENDS):
        seen = tail.rfind(END, 0, seen)
        if seen < 0:
            break
        if seen + END_SIZE > len(tail):
            continue
        size, offset, comment = struct.unpack_from("<LLH", tail, seen + 12)
        found |= _directory(source, tail_start + seen, size, offset)
        found |= _directory64(source, tail_start + seen)
        if found and seen + END_SIZE + comment == len(tail):
            break  # all readers agree on this end; others belong to archives further inside
    return found


def _directory(source: Source, end: int, size: int, offset: int) -> set[tuple[int, int]]:
    """The directory before `end`, or else where its offset points."""
    return {
        (start, start - offset if start == end - size else 0)
        for start in (end - size, offset)
        if start >= 0 and source.read_at(start, 4) == CENTRAL
    }


def _directory64(source: Source, end: int) -> set[tuple[int, int]]:
    locator = source.read_at(end - LOCATOR64_SIZE, LOCATOR64_SIZE)
    if not locator.startswith(LOCATOR64) or len(locator) < LOCATOR64_SIZE:
        return set()
    found: set[tuple[int, int]] = set()
    for start in (end - LOCATOR64_SIZE - END64_SIZE, struct.unpack_from("<Q", locator, 8)[0]):
        record = source.read_at(start, END64_SIZE)
        if record.startswith(END64) and len(record) == END64_SIZE:
            size, offset = struct.unpack_from("<QQ", record, 40)
            found |= _directory(source, start, size, offset)
    return found


class _Counter:
    """Counts entries by their place; one met again counts again but is not read again."""

    def __init__(self, source: Source, tally: Tally, clock: Clock) -> None:
        self._source, self._tally, self._clock = source, tally, clock
        self._deflated: dict[int, int] = {}  # place → bytes that come out
        self._ends: dict[int, int] = {}  # place → where the entry's data end

    def count(self, offset: int, method: int, flags: int, packed: int, size: int) -> None:
        """Add what the entry at `offset` unpacks to, if there is one."""
        self._tally.begin_entry()
        fixed = self._source.read_at(offset, LOCAL_SIZE)
        if not fixed.startswith(LOCAL) or len(fixed) < LOCAL_SIZE:
            return
        start = offset + LOCAL_SIZE + sum(struct.unpack_from("<HH", fixed, 26))
        if method == DEFLATED and not flags & ENCRYPTED:
            if offset in self._deflated:
                self._tally.add(self._deflated[offset])
            else:
                self._count_deflated(offset, start)
            return
        packed = max(0, min(packed, self._source.size - start))
        self._ends[offset] = start + packed
        # What cannot be unpacked here can only be taken at its word.
        self._tally.add(packed if method == STORED else size)

    def _count_deflated(self, offset: int, start: int) -> None:
        self._deflated[offset] = 0
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        chunks = inflated_chunks(self._source, start, self._source.size, stream, self._clock)
        try:
            while True:
                count = len(next(chunks))
                self._deflated[offset] += count
                self._tally.add(count)
        except StopIteration as finished:
            self._ends[offset] = finished.value
        except BadData:
            return  # what came out before is counted

    def walk(self, offset: int) -> int | None:
        """Count the entry at `offset` unless a directory has it; returns where the next begins."""
        if offset not in self._ends and offset not in self._deflated:
            fixed = self._source.read_at(offset, LOCAL_SIZE)
            if len(fixed) < LOCAL_SIZE:
                return None
            flags, method = struct.unpack_from("<HH", fixed, 6)
            packed, size = struct.unpack_from("<LL", fixed, 18)
            if method not in (STORED, DEFLATED) or flags & ENCRYPTED:
                return None  # nothing vouches for it, and it may as well be noise
            if flags & STREAMED and method != DEFLATED:
                return None  # its end can only be guessed
            self.count(offset, method, flags, packed, size)
        if offset not in self._ends:
            return None
        for gap in (0, *(length for length, _form in DESCRIPTORS)):
            if self._source.read_at(self._ends[offset] + gap, 4) == LOCAL:
                return self._ends[offset] + gap
        return None
