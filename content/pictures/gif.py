"""GIF files and their animations."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from .container import Container, saved
from .refusals import check_extent, damaged


@dataclass
class _GifFrame:
    control: bytes  # delay, disposal and transparent colour: the four bytes of the extension
    box: tuple[int, int, int, int]
    interlaced: int
    palette: bytes
    pixels: bytes


class Gif(Container):
    FORMAT = "GIF"
    MAGIC = re.compile(rb"GIF8[79]a")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.frames: list[_GifFrame] = []
        self.loop: int | None = None
        self.width, self.height, flags, self.background = struct.unpack_from("<HHBB", data, 6)
        self.palette, position = self._palette(flags, 13)
        control = b""
        while (kind := data[position]) != 0x3B:
            if kind == 0x2C:
                position = self._image(position + 1, control)
                control = b""
            elif kind == 0x21:
                position, control = self._extension(position + 1, control)
            elif kind == 0:
                position += 1  # padding that some encoders leave behind a block
            else:
                raise damaged()
        self.frame_count = len(self.frames)
        if not self.frames:
            raise damaged()

    def _palette(self, flags: int, position: int) -> tuple[bytes, int]:
        size = 3 << ((flags & 7) + 1) if flags & 0x80 else 0
        return self.data[position : position + size], position + size

    def _after_blocks(self, position: int) -> int:
        data = self.data
        while size := data[position]:
            position += size + 1
        return position + 1

    def _extension(self, position: int, control: bytes) -> tuple[int, bytes]:
        data = self.data
        label, end = data[position], self._after_blocks(position + 1)
        if label == 0xF9:
            control = data[position + 2 : position + 6] if data[position + 1] == 4 else b""
        elif label == 0x01:
            control = b""  # it belonged to this text, which no browser shows
        elif label == 0xFF and data[position + 2 : position + 13] in (
            b"NETSCAPE2.0",
            b"ANIMEXTS1.0",
        ):
            block = data[position + 13 : position + 17]
            if self.loop is None and block[:2] == b"\x03\x01":
                self.loop = int.from_bytes(block[2:], "little")
        return end, control

    def _image(self, position: int, control: bytes) -> int:
        x, y, width, height, flags = struct.unpack_from("<HHHHB", self.data, position)
        palette, start = self._palette(flags, position + 9)
        end = self._after_blocks(start + 1)
        # A frame beyond the canvas makes it larger, as browsers and Pillow have it.
        self.width, self.height = max(self.width, x + width), max(self.height, y + height)
        if width < 1 or height < 1 or max(self.width, self.height) > 0xFFFF:
            raise damaged()
        check_extent(self.width, self.height, len(self.frames) + 1)
        pixels = self.data[start:end]
        box = (x, y, width, height)
        self.frames.append(_GifFrame(control, box, flags & 0x40, palette, pixels))
        return end

    def decoded(self) -> Iterator[Image.Image]:
        """Each frame's colour numbers, without palette and neighbours, hence as mode L."""
        for frame in self.frames:
            _x, _y, width, height = frame.box
            head = struct.pack("<6sHHBBB", b"GIF89a", width, height, 0, 0, 0)
            body = struct.pack("<BHHHHB", 0x2C, 0, 0, width, height, frame.interlaced)
            data = head + body + frame.pixels + b";"
            with Image.open(BytesIO(data), formats=["GIF"]) as image:
                image.load()
                yield image

    def reencoded(self) -> bytes:
        head = struct.pack("<6sHH", b"GIF89a", self.width, self.height)
        parts = [head, bytes([self._size_flag(self.palette) | 0x70, self.background, 0])]
        parts.append(self.palette)
        if self.loop is not None:
            parts.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", self.loop, 0))
        for frame, image in zip(self.frames, self.decoded(), strict=True):
            if frame.control:
                packed = frame.control[0] & 0x1D  # disposal and transparency
                parts.append(b"\x21\xf9\x04" + bytes([packed]) + frame.control[1:] + b"\0")
            parts.append(b"," + struct.pack("<HHHH", *frame.box))
            parts.append(bytes([self._size_flag(frame.palette)]) + frame.palette)
            single = Gif(saved(image, "GIF", optimize=False, interlace=0))
            parts.append(single.frames[0].pixels)
        return b"".join([*parts, b";"])

    @staticmethod
    def _size_flag(palette: bytes) -> int:
        return 0x80 | ((len(palette) // 3).bit_length() - 2) if palette else 0
