"""WebP files and their animations."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from .container import Container, saved
from .metadata import read_orientation, sound_profile
from .refusals import check_extent, damaged


@dataclass
class _WebPFrame:
    control: bytes  # place, size, duration, blending and disposal; empty for a still picture
    chunks: dict[bytes, bytes]

    @property
    def lossless(self) -> bool:
        return b"VP8L" in self.chunks

    @property
    def alpha(self) -> bool:
        return b"ALPH" in self.chunks or bool(self.chunks.get(b"VP8L", bytes(5))[4] & 0x10)


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, position)
        position += 8
        if position + length > len(data):
            raise damaged()
        yield kind, data[position : position + length]
        position += length + (length & 1)


def _riff(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
        for kind, data in chunks
    ]
    return b"".join(parts)


class WebP(Container):
    FORMAT = "WEBP"
    MAGIC = re.compile(rb"RIFF.{4}WEBP", re.DOTALL)
    PIXELS = (b"ALPH", b"VP8 ", b"VP8L")  # in the order in which they are written

    def __init__(self, data: bytes) -> None:
        (length,) = struct.unpack_from("<I", data, 4)
        if 8 + length > len(data):
            raise damaged()
        self.frames: list[_WebPFrame] = []
        self.animation, self.icc = b"", b""
        still: dict[bytes, bytes] = {}
        animated = False
        for number, (kind, chunk) in enumerate(_riff_chunks(data[12 : 8 + length])):
            if kind == b"VP8X" and number == 0:
                animated = bool(chunk[0] & 2)
                self.width = int.from_bytes(chunk[4:7], "little") + 1
                self.height = int.from_bytes(chunk[7:10], "little") + 1
            elif kind in self.PIXELS:
                still.setdefault(kind, chunk)
            elif kind == b"ANMF" and animated:
                self._take_frame(chunk)
            elif kind == b"ANIM" and animated:
                self.animation = chunk[:6]
            elif kind == b"ICCP":
                self.icc = self.icc or sound_profile(chunk, b"RGB ")
            elif kind == b"EXIF":
                self.orientation = read_orientation(chunk)
        if not animated:
            self.frames = [_WebPFrame(b"", still)]
            if not self.width:
                self.width, self.height = self._pixel_size(still)
        self.frame_count = len(self.frames)
        if not self.frames:
            raise damaged()
        check_extent(self.width, self.height, self.frame_count)

    @staticmethod
    def _pixel_size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
        if b"VP8L" in chunks:
            bits = int.from_bytes(chunks[b"VP8L"][1:5], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        width, height = struct.unpack_from("<HH", chunks[b"VP8 "], 6)
        return width & 0x3FFF, height & 0x3FFF

    def _take_frame(self, chunk: bytes) -> None:
        pixels: dict[bytes, bytes] = {}
        for kind, data in _riff_chunks(chunk[16:]):
            if kind in self.PIXELS:
                pixels.setdefault(kind, data)
        # The size that the pixels have, since decoders go by it and not by the frame's header.
        sides = b"".join((side - 1).to_bytes(3, "little") for side in self._pixel_size(pixels))
        self.frames.append(_WebPFrame(chunk[:6] + sides + chunk[12:16], pixels))
        check_extent(self.width, self.height, len(self.frames))

    @classmethod
    def _build(
        cls,
        size: tuple[int, int],
        frames: list[_WebPFrame],
        animation: bytes = b"",
        icc: bytes = b"",
    ) -> bytes:
        animated = bool(frames[0].control)
        flags = 2 * animated | 16 * any(frame.alpha for frame in frames) | 32 * bool(icc)
        width, height = ((side - 1).to_bytes(3, "little") for side in size)
        chunks = [(b"VP8X", bytes([flags, 0, 0, 0]) + width + height)]
        if icc:
            chunks.append((b"ICCP", icc))
        if animated:
            chunks.append((b"ANIM", animation))
        for frame in frames:
            pixels = [(kind, frame.chunks[kind]) for kind in cls.PIXELS if kind in frame.chunks]
            chunks += [(b"ANMF", frame.control + _riff(pixels))] if animated else pixels
        body = b"WEBP" + _riff(chunks)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    def stripped(self) -> bytes:
        return self._build((self.width, self.height), self.frames, self.animation, self.icc)

    def reencoded(self) -> bytes:
        size = (self.width, self.height)
        if self.orientation == 1 and self.frames[0].control:
            frames = [self._encoded_alone(frame) for frame in self.frames]
        else:
            lossless = all(frame.lossless for frame in self.frames)
            frames = []
            for frame, image in zip(self.frames, self.decoded(), strict=True):
                turned = self.turned(image)
                size = turned.size
                frames.append(_WebPFrame(frame.control, self._encoded(turned, lossless)))
                if frame.control:  # a whole frame in place of a changed region
                    sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
                    frames[-1].control = bytes(6) + sides + frame.control[12:15] + b"\x02"
        return self._build(size, frames, self.animation, self.icc)

    def _encoded_alone(self, frame: _WebPFrame) -> _WebPFrame:
        """One frame of an animation encoded again, in its own place and size."""
        file = self._build(self._pixel_size(frame.chunks), [_WebPFrame(b"", frame.chunks)])
        with Image.open(BytesIO(file), formats=["WEBP"]) as image:
            image.load()
            chunks = self._encoded(image, frame.lossless)
        return _WebPFrame(frame.control[:15] + bytes([frame.control[15] & 3]), chunks)

    @staticmethod
    def _encoded(image: Image.Image, lossless: bool) -> dict[bytes, bytes]:
        """The pixel chunks of one picture; `exact` keeps colours under full transparency."""
        data = saved(image, "WEBP", lossless=lossless, quality=90, method=4, exact=lossless)
        return WebP(data).frames[0].chunks
