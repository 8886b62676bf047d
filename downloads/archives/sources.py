"""Bytes that can be read at any place: a file, a part of it, or what a part inflates to."""

import os
import zlib
from bisect import bisect_right
from typing import BinaryIO

from downloads.archives.limits import Clock

WINDOW = 64 * 1024
# Between two marks lies what going back costs; a mark holds about 50 kB of zlib's state.
MARK_EVERY = 4 * 1024**2


class Source:
    """Reads at a place, through one window that makes runs of small reads cheap."""

    size: int

    def __init__(self) -> None:
        self._start = 0
        self._window = b""

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only where the source ends."""
        if offset < 0:
            return b""
        begin = offset - self._start
        if begin < 0 or begin + length > len(self._window):
            length = max(0, min(length, self.size - offset))
            if not length:
                return b""
            self._window = self._fetch(offset, min(max(length, WINDOW), self.size - offset))
            self._start, begin = offset, 0
        return self._window[begin : begin + length]

    def _fetch(self, offset: int, length: int) -> bytes:
        raise NotImplementedError


class FileSource(Source):
    """A seekable file."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        file.seek(0, os.SEEK_END)
        self.size = file.tell()

    def _fetch(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        data = self._file.read(length)
        if len(data) < length:
            raise OSError("The file became shorter while it was read.")
        return data


class SliceSource(Source):
    """A stretch of another source: the data of a stored entry."""

    def __init__(self, base: Source, start: int, size: int) -> None:
        super().__init__()
        self._base, self._offset = base, start
        self.size = size

    def _fetch(self, offset: int, length: int) -> bytes:
        return self._base.read_at(self._offset + offset, length)


class InflatedSource(Source):
    """What a deflated stretch, already known to be sound, inflates to.

    Nothing is kept but zlib's state at a mark every few megabytes, from which reading can
    start again: an inner archive is read from its end, and may be larger than memory allows.
    """

    def __init__(self, base: Source, start: int, packed: int, size: int, clock: Clock) -> None:
        super().__init__()
        self._base, self._begin, self._end = base, start, start + packed
        self._clock = clock
        self.size = size
        self._marks = [(0, start, zlib.decompressobj(-zlib.MAX_WBITS), b"")]
        self._go_to(0)

    def _go_to(self, offset: int) -> None:
        mark = self._marks[bisect_right(self._marks, offset, key=lambda mark: mark[0]) - 1]
        self._position, self._next_input, state, self._rest = mark
        self._state = state.copy()

    def _fetch(self, offset: int, length: int) -> bytes:
        nearest = bisect_right(self._marks, offset, key=lambda mark: mark[0]) - 1
        if offset < self._position or self._marks[nearest][0] > self._position:
            self._go_to(offset)
        pieces = []
        while self._position < offset + length:
            before = self._position
            piece = self._inflate(min(WINDOW, offset + length - before))
            if before + len(piece) > offset:
                pieces.append(piece[max(0, offset - before) :])
        return b"".join(pieces)

    def _inflate(self, length: int) -> bytes:
        """The next bytes, `length` at most and perhaps none; a mark where one is due."""
        self._clock.check()
        if not self._rest and self._next_input < self._end:
            count = min(WINDOW, self._end - self._next_input)
            self._rest = self._base.read_at(self._next_input, count)
            self._next_input += count
        piece = self._state.decompress(self._rest, length)
        self._rest = self._state.unconsumed_tail
        if not piece and not self._rest and self._next_input >= self._end:
            raise OSError("The file changed while it was read.")
        self._position += len(piece)
        if self._position >= self._marks[-1][0] + MARK_EVERY:
            mark = (self._position, self._next_input, self._state.copy(), self._rest)
            self._marks.append(mark)
        return piece
