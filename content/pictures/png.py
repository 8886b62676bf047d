"""PNG files and their animations (APNG)."""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from .container import Container, saved
from .metadata import MAX_PROFILE_BYTES, read_orientation, sound_profile
from .refusals import check_extent, damaged


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@dataclass
class _PngFrame:
    control: bytes  # fcTL without its sequence number; empty for the picture of a plain PNG
    stream: bytes | bytearray


class Png(Container):
    FORMAT = "PNG"
    MAGIC = re.compile(rb"\x89PNG\r\n\x1a\n")
    DESCRIPTIONS = (b"IHDR", b"PLTE", b"tRNS", b"acTL", b"iCCP")
    COLOUR = {b"cHRM": 32, b"gAMA": 4, b"sRGB": 1, b"cICP": 4}  # chunks kept, and their length
    CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

    def __init__(self, data: bytes) -> None:
        self.chunks: dict[bytes, bytes] = {}
        self.frames: list[_PngFrame] = []
        for kind, chunk in self._walk(data):
            self._take(kind, chunk)
        header = self.chunks[b"IHDR"]
        self.width, self.height, self.bits, self.colour = struct.unpack_from(">IIBB", header)
        self.icc = self._read_profile(self.chunks.pop(b"iCCP", b""))
        self.orientation = read_orientation(self.chunks.pop(b"eXIf", b""))
        shown = [frame for frame in self.frames if frame.control]
        self.animated = b"acTL" in self.chunks
        if self.animated and len(shown) != int.from_bytes(self.chunks[b"acTL"][:4]):
            raise damaged()
        self.frame_count = len(shown) if self.animated else 1
        if not self.frames or not self.frame_count:
            raise damaged()
        check_extent(self.width, self.height, len(self.frames))

    @staticmethod
    def _walk(data: bytes) -> Iterator[tuple[bytes, bytes]]:
        position = 8
        while True:
            length, kind = struct.unpack_from(">I4s", data, position)
            chunk = data[position + 8 : position + 8 + length]
            (checksum,) = struct.unpack_from(">I", data, position + 8 + length)
            if checksum != zlib.crc32(chunk, zlib.crc32(kind)):
                raise damaged()
            if kind == b"IEND":
                return
            yield kind, chunk
            position += 12 + length

    def _take(self, kind: bytes, chunk: bytes) -> None:
        if kind == b"IDAT":
            if not self.frames:
                self.frames.append(_PngFrame(b"", bytearray()))
            self.frames[0].stream += chunk
        elif kind == b"fcTL" and b"acTL" in self.chunks and len(chunk) == 26:
            self.frames.append(_PngFrame(chunk[4:], bytearray()))
            check_extent(1, 1, len(self.frames))
        elif kind == b"fdAT" and b"acTL" in self.chunks:
            self.frames[-1].stream += chunk[4:]
        elif kind == b"eXIf":
            self.chunks.setdefault(kind, chunk)
        elif any(frame.stream for frame in self.frames):
            return  # what describes the pixels comes before them
        elif kind in self.DESCRIPTIONS or self.COLOUR.get(kind) == len(chunk):
            self.chunks.setdefault(kind, chunk)

    def _read_profile(self, chunk: bytes) -> bytes:
        try:
            packed = chunk[chunk.index(b"\0") + 2 :]
            icc = zlib.decompressobj().decompress(packed, MAX_PROFILE_BYTES)
        except (ValueError, zlib.error):
            return b""
        return sound_profile(icc, b"GRAY" if self.colour in (0, 4) else b"RGB ")

    def _build(self, streams: Sequence[bytes | bytearray]) -> bytes:
        parts = [b"\x89PNG\r\n\x1a\n", _png_chunk(b"IHDR", self.chunks[b"IHDR"][:13])]
        parts += [_png_chunk(k, self.chunks[k]) for k in self.COLOUR if k in self.chunks]
        if self.icc:
            parts.append(_png_chunk(b"iCCP", b"ICC\0\0" + zlib.compress(self.icc)))
        if self.colour == 3:
            parts.append(_png_chunk(b"PLTE", self.chunks[b"PLTE"][:768]))
        if b"tRNS" in self.chunks and self.colour in (0, 2, 3):
            limit = {0: 2, 2: 6, 3: 256}[self.colour]
            parts.append(_png_chunk(b"tRNS", self.chunks[b"tRNS"][:limit]))
        if self.animated:
            parts.append(_png_chunk(b"acTL", self.chunks[b"acTL"][:8]))
        sequence = 0
        for index, (frame, stream) in enumerate(zip(self.frames, streams, strict=True)):
            if frame.control and self.animated:
                parts.append(_png_chunk(b"fcTL", struct.pack(">I", sequence) + frame.control))
                sequence += 1
            if index == 0:
                parts.append(_png_chunk(b"IDAT", bytes(stream)))
            else:
                parts.append(_png_chunk(b"fdAT", struct.pack(">I", sequence) + bytes(stream)))
                sequence += 1
        return b"".join([*parts, _png_chunk(b"IEND", b"")])

    def stripped(self) -> bytes:
        return self._build([frame.stream for frame in self.frames])

    def reencoded(self) -> bytes:
        if self.orientation == 1:
            return self._build([self._recompressed(frame) for frame in self.frames])
        if self.animated:
            return self._turned_animation()
        (image,) = self.decoded()
        turned = Png(saved(self.turned(image), "PNG", icc_profile=None))
        return self._dressed(turned)._build([frame.stream for frame in turned.frames])

    def _turned_animation(self) -> bytes:
        """Whole frames in place of changed regions, whose edges would have to be turned too."""
        controls = [frame.control for frame in self.frames]
        streams, frames = [], []
        for image, control in zip(self.decoded(), controls, strict=True):
            if not control:  # stands in where animation is not understood; all browsers do
                continue
            turned = Png(saved(self.turned(image.convert("RGBA")), "PNG", icc_profile=None))
            size = struct.pack(">IIII", turned.width, turned.height, 0, 0)
            frames.append(_PngFrame(size + control[16:20] + b"\0\0", b""))
            streams.append(turned.frames[0].stream)
        turned.frames, turned.animated = frames, True
        turned.chunks[b"acTL"] = self.chunks[b"acTL"]
        return self._dressed(turned)._build(streams)

    def _dressed(self, turned: "Png") -> "Png":
        """The turned picture with the colour chunks and the profile of this one."""
        turned.chunks |= {k: self.chunks[k] for k in self.COLOUR if k in self.chunks}
        turned.icc = sound_profile(self.icc, b"GRAY" if turned.colour in (0, 4) else b"RGB ")
        return turned

    def decoded(self) -> Iterator[Image.Image]:
        """As everywhere, but pixel data that ends too early is refused where Pillow fills in."""
        for frame in self.frames:
            for _piece in self._unpacked(frame):
                pass
        yield from super().decoded()

    def _recompressed(self, frame: _PngFrame) -> bytes:
        deflate = zlib.compressobj(6)
        parts = [deflate.compress(piece) for piece in self._unpacked(frame)]
        return b"".join([*parts, deflate.flush()])

    def _unpacked(self, frame: _PngFrame) -> Iterator[bytes]:
        """The filtered rows as they are coded, in pieces, and nothing that follows them."""
        width, height = self.width, self.height
        if frame.control:
            width, height = struct.unpack_from(">II", frame.control)
        left = self._raw_size(width, height)
        inflate, tail = zlib.decompressobj(), bytes(frame.stream)
        while left:
            piece = inflate.decompress(tail, min(left, 1024**2))
            if not piece:
                raise damaged()
            tail = inflate.unconsumed_tail
            left -= len(piece)
            yield piece

    def _raw_size(self, width: int, height: int) -> int:
        """Bytes of the unpacked pixels: each row with the byte that names its filter."""
        bits = self.bits * self.CHANNELS[self.colour]
        passes = [(0, 0, 1, 1)]
        if self.chunks[b"IHDR"][12]:  # interlaced: left, top and steps of each of seven passes
            passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)]
            passes += [(0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        total = 0
        for left, top, across, down in passes:
            columns = max(0, -(-(width - left) // across))
            rows = max(0, -(-(height - top) // down))
            total += rows * (1 + (columns * bits + 7) // 8) if columns else 0
        return total
