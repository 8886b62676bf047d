"""The bytes of one entry as they really inflate, in bounded chunks."""

import zlib
from collections.abc import Generator, Iterator

from downloads.archives.limits import Clock
from downloads.archives.sources import Source

STORED, DEFLATED = 0, 8
PACKED_CHUNK = 16 * 1024
# Small, because where a stream turns out to be damaged its last chunk is lost uncounted.
UNPACKED_CHUNK = 16 * 1024


class BadData(Exception):
    """The data is no whole deflate stream, or more than one stream."""


def unpacked_chunks(
    source: Source, start: int, packed: int, method: int, clock: Clock
) -> Iterator[bytes]:
    """What the `packed` bytes from `start` hold; declared sizes are for the caller to compare."""
    if method == STORED:
        for offset in range(start, start + packed, PACKED_CHUNK):
            clock.check()
            yield source.read_at(offset, min(PACKED_CHUNK, start + packed - offset))
        return
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    end = yield from inflated_chunks(source, start, start + packed, stream, clock)
    if end != start + packed:
        raise BadData


def inflated_chunks(
    source: Source, start: int, stop: int, stream: "zlib._Decompress", clock: Clock
) -> Generator[bytes, None, int]:
    """One zlib stream that begins at `start`; returns the place where it ends."""
    position = start
    while position < stop and not stream.eof:
        data = source.read_at(position, min(PACKED_CHUNK, stop - position))
        position += len(data)
        while True:
            clock.check()
            try:
                chunk = stream.decompress(data, UNPACKED_CHUNK)
            except zlib.error as error:
                raise BadData from error
            data = stream.unconsumed_tail
            if chunk:
                yield chunk
            # A full chunk may leave more behind in zlib itself, with no input left over.
            if stream.eof or (not data and len(chunk) < UNPACKED_CHUNK):
                break
    if not stream.eof:
        raise BadData
    return position - len(stream.unused_data)
