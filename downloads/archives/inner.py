"""Archives inside the archive: listed, not expanded, but counted against the same limits (Z10).

An inner archive is told by its magic bytes, one level deep. A broken one is counted as far
as any program could unpack it; whether its own structure is lawful is not asked.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from django.utils.translation import gettext as _

from downloads.archives.directory import Record
from downloads.archives.inflating import STORED, UNPACKED_CHUNK, BadData, unpacked_chunks
from downloads.archives.inner_zip import count_zip
from downloads.archives.limits import Clock, Limits, TimeUp, too_many
from downloads.archives.refusals import Findings
from downloads.archives.sources import InflatedSource, SliceSource, Source
from downloads.archives.tally import OverLimit, Tally

XZ_MEMORY = 80 * 1024**2  # xz -9 wants 65 MiB
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00")
GZIP_MAGIC = b"\x1f\x8b\x08"
BZIP2_MAGIC = b"BZh"
XZ_MAGIC = b"\xfd7zXZ\x00"


class Stream(Protocol):
    """A decompressor of one stream, as bz2 and lzma have them."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def check_inner_archives(
    source: Source,
    records: Sequence[Record],
    unpacked: int,
    limits: Limits,
    clock: Clock,
    findings: Findings,
) -> None:
    """Count what inner archives hold; the first that passes a limit is noted."""
    tally = Tally(limits, source.size, entries=len(records), unpacked=unpacked)
    for record in records:
        try:
            _count(source, record, tally, clock)
        except OverLimit as over:
            sentence = _("With its inner archives it passes a limit. %(reason)s")
            findings.note("Z10", sentence % {"reason": over}, record)
        except TimeUp:
            findings.note("Z10", _("The inner archive takes too long to inspect."), record)
        else:
            continue
        return


def _count(source: Source, record: Record, tally: Tally, clock: Clock) -> None:
    if record.head.startswith(ZIP_MAGIC):
        count_zip(_opened(source, record, clock), tally, clock)
    elif record.head.startswith(GZIP_MAGIC):
        _count_streams(source, record, _GzipStream, tally, clock)
    elif record.head.startswith(BZIP2_MAGIC) and record.head[3:4].isdigit():
        _count_streams(source, record, bz2.BZ2Decompressor, tally, clock)
    elif record.head.startswith(XZ_MAGIC):
        _count_streams(source, record, _xz_stream, tally, clock)


def _opened(source: Source, record: Record, clock: Clock) -> Source:
    if record.method == STORED:
        return SliceSource(source, record.data_start, record.size)
    return InflatedSource(source, record.data_start, record.packed, record.size, clock)


class _GzipStream:
    """One gzip member, with the manners of the decompressors of bzip2 and xz."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._rest = b""
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        chunk = self._stream.decompress(self._rest + data, max_length)
        self._rest = self._stream.unconsumed_tail
        self.needs_input = not self._rest and len(chunk) < max_length
        return chunk


def _xz_stream() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)


def _count_streams(
    source: Source, record: Record, make: Callable[[], Stream], tally: Tally, clock: Clock
) -> None:
    """One compressed file of one stream or several in a row; whatever else follows is opaque."""
    packed = unpacked_chunks(source, record.data_start, record.packed, record.method, clock)
    tally.begin_entry()
    streams, data = 0, next(packed)
    while data:
        streams += 1
        if streams > tally.limits.max_entries:
            raise OverLimit(too_many(tally.limits))
        try:
            data = _count_stream(make(), data, packed, tally, clock)
        except BadData:
            return
        while not (data := data.lstrip(b"\0")):  # padding between streams
            if not (data := next(packed, b"")):
                return


def _count_stream(
    stream: Stream, data: bytes, packed: Iterator[bytes], tally: Tally, clock: Clock
) -> bytes:
    """Count one stream; returns what was read behind its end."""
    while not stream.eof:
        clock.check()
        tally.add(len(_decompressed(stream, data)))
        data = b""
        if stream.needs_input and not stream.eof:
            data = next(packed, b"")
            if not data:
                raise BadData
    return stream.unused_data


def _decompressed(stream: Stream, data: bytes) -> bytes:
    try:
        return stream.decompress(data, UNPACKED_CHUNK)
    except lzma.LZMAError as error:
        # What cannot be unpacked within the memory of an inspection cannot be counted.
        if "Memory" in str(error):
            raise OverLimit(_("Unpacking it takes too much memory.")) from error
        raise BadData from error
    except (zlib.error, OSError, EOFError, ValueError) as error:
        raise BadData from error
