"""Pictures that enter the site: what is accepted, and the cleaned form in which it is stored.

The order is the protection. A container (PNG, JPEG, GIF or WebP file) is first taken apart
without decoding anything, which counts pixels x frames and leaves behind all that is not
picture: EXIF, XMP, comments, texts, previews, trailing bytes. Only that remainder is given
to Pillow, which decodes every frame. What is stored is encoded again from it.

Frames are encoded one by one and put into a container written here, not by Pillow's
`save_all`: that merges equal frames, gives GIF frames new colours and cuts 16-bit PNG to 8.
"""

import hashlib
import os
import re
import secrets
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, ClassVar, cast

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, JpegImagePlugin

# For the whole process: `warnings.catch_warnings` is not safe while other threads serve.
warnings.simplefilter("error", Image.DecompressionBombWarning)

EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}
MAX_FRAMES = 5_000  # pixels x frames alone would let a million frames of one pixel through
MAX_JPEG_SCANS = 100  # each costs a pass over all pixels; encoders write about ten
MAX_JPEG_SEGMENTS = 5_000
MAX_PROFILE_BYTES = 1024**2

_NAME = re.compile(r"[0-9a-f]{32}\.(?:png|jpg|gif|webp)")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureRefused(Exception):
    """A file that is not stored; the message is a translated sentence for the editor."""


@dataclass(frozen=True)
class PictureFacts:
    """A picture as a visitor sees it: after turning by its EXIF orientation."""

    format: str
    width: int
    height: int
    frames: int


@dataclass(frozen=True)
class StoredPicture:
    """What lies in the folder of pictures; `sha256` and `size` are of the stored bytes."""

    name: str
    sha256: str
    format: str
    width: int
    height: int
    size: int


def inspect_picture(file: BinaryIO) -> PictureFacts:
    """What the picture is, every frame of it decoded once; raises only PictureRefused."""
    return _examine(file)[0]


def store_picture(file: BinaryIO) -> StoredPicture:
    """Store the picture without anything that its maker did not mean to publish.

    The name comes from the stored bytes, so the same picture is stored once. A refusal or a
    full disk leaves no file behind; the latter raises OSError, as it is no fault of the file.
    """
    facts, container = _examine(file)
    try:
        data = container.reencoded()
    except Exception as error:
        raise _damaged() from error
    digest = hashlib.sha256(data).hexdigest()
    name = f"{digest[:32]}.{EXTENSIONS[facts.format]}"
    path = picture_path(name)
    if not (path.exists() and path.stat().st_size == len(data)):
        _write(path, data)
    return StoredPicture(name, digest, facts.format, facts.width, facts.height, len(data))


def picture_path(name: str) -> Path:
    """Where the stored picture of this name lies; ValueError for a name never given out."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not the name of a stored picture: {name!r:.80}")
    return Path(settings.PICTURES_DIR) / name[:2] / name


def _examine(file: BinaryIO) -> tuple[PictureFacts, "_Container"]:
    data = _read(file)
    kind = next((kind for kind in (_Png, _Jpeg, _Gif, _WebP) if kind.MAGIC.match(data)), None)
    if kind is None:
        raise PictureRefused(_("The file is not a PNG, JPEG, GIF or WebP picture."))
    try:
        container = kind(data)
        for _frame in container.decoded():
            pass
    except PictureRefused:
        raise
    except Exception as error:  # hostile bytes make decoders fail in every type there is
        raise _damaged() from error
    width, height = container.width, container.height
    if container.orientation >= 5:
        width, height = height, width
    return PictureFacts(kind.FORMAT, width, height, container.frame_count), container


def _read(file: BinaryIO) -> bytes:
    if file.seekable():
        file.seek(0)  # a form may have looked at the upload before
    data = file.read(settings.PICTURE_MAX_BYTES + 1)
    if not data:
        raise PictureRefused(_("The file is empty."))
    if len(data) > settings.PICTURE_MAX_BYTES:
        limit = filesizeformat(settings.PICTURE_MAX_BYTES)
        raise PictureRefused(_("The picture is larger than %(limit)s.") % {"limit": limit})
    return data


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):  # the folder itself may be new
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _damaged() -> PictureRefused:
    return PictureRefused(_("The picture is damaged or incomplete."))


def _check_extent(width: int, height: int, frames: int) -> None:
    if width < 1 or height < 1:
        raise _damaged()
    if frames > MAX_FRAMES:
        text = _("The picture has more than %(limit)s frames.")
        raise PictureRefused(text % {"limit": MAX_FRAMES})
    if width * height * frames > settings.PICTURE_MAX_PIXELS:
        text = _("The picture has more than %(limit)s million pixels, all frames counted.")
        limit = f"{settings.PICTURE_MAX_PIXELS / 1_000_000:g}"
        raise PictureRefused(text % {"limit": limit})


def _orientation(exif: bytes) -> int:
    """The orientation, 1 to 8, that an EXIF block gives; 1 when it gives none."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        for entry in range(count):
            tag, _kind, _n, value = struct.unpack_from(order + "HHIH", exif, start + 2 + 12 * entry)
            if tag == 0x0112:
                return value if 1 <= value <= 8 else 1
    except struct.error:  # cut short: shown as it lies
        pass
    return 1


def _profile(icc: bytes, space: bytes) -> bytes:
    """The colour profile if it is sound, small and meant for this colour space, else nothing."""
    if not 128 <= len(icc) < MAX_PROFILE_BYTES or icc[36:40] != b"acsp" or icc[16:20] != space:
        return b""
    icc = icc[: int.from_bytes(icc[:4])]  # what follows the declared size is no profile
    try:
        ImageCms.ImageCmsProfile(BytesIO(icc))
    except (OSError, ImageCms.PyCMSError):
        return b""
    return icc


def _saved(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


class _Container:
    """A picture file taken apart: its frames still encoded, its size counted and allowed."""

    FORMAT: ClassVar[str]
    MAGIC: ClassVar[re.Pattern[bytes]]
    width = height = 0
    frame_count = 1
    orientation = 1

    def stripped(self) -> bytes:
        """The file with nothing but the picture in it, pixels still as they came."""
        raise NotImplementedError

    def reencoded(self) -> bytes:
        """The file as it is stored; the same for the same input, always."""
        raise NotImplementedError

    def decoded(self) -> Iterator[Image.Image]:
        """Every frame as it is shown, one at a time."""
        with Image.open(BytesIO(self.stripped()), formats=[self.FORMAT]) as image:
            if image.size != (self.width, self.height):
                raise _damaged()
            for index in range(getattr(image, "n_frames", 1)):
                image.seek(index)
                image.load()
                yield image

    def turned(self, image: Image.Image) -> Image.Image:
        turn = _TURNS.get(self.orientation)
        return image if turn is None else image.transpose(turn)


# PNG and APNG


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@dataclass
class _PngFrame:
    control: bytes  # fcTL without its sequence number; empty for the picture of a plain PNG
    stream: bytes | bytearray


class _Png(_Container):
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
        self.orientation = _orientation(self.chunks.pop(b"eXIf", b""))
        shown = [frame for frame in self.frames if frame.control]
        self.animated = b"acTL" in self.chunks
        if self.animated and len(shown) != int.from_bytes(self.chunks[b"acTL"][:4]):
            raise _damaged()
        self.frame_count = len(shown) if self.animated else 1
        if not self.frames or not self.frame_count:
            raise _damaged()
        _check_extent(self.width, self.height, len(self.frames))

    @staticmethod
    def _walk(data: bytes) -> Iterator[tuple[bytes, bytes]]:
        position = 8
        while True:
            length, kind = struct.unpack_from(">I4s", data, position)
            chunk = data[position + 8 : position + 8 + length]
            (checksum,) = struct.unpack_from(">I", data, position + 8 + length)
            if checksum != zlib.crc32(chunk, zlib.crc32(kind)):
                raise _damaged()
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
            _check_extent(1, 1, len(self.frames))
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
        return _profile(icc, b"GRAY" if self.colour in (0, 4) else b"RGB ")

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
        turned = _Png(_saved(self.turned(image), "PNG", icc_profile=None))
        return self._dressed(turned)._build([frame.stream for frame in turned.frames])

    def _turned_animation(self) -> bytes:
        """Whole frames in place of changed regions, whose edges would have to be turned too."""
        controls = [frame.control for frame in self.frames]
        streams, frames = [], []
        for image, control in zip(self.decoded(), controls, strict=True):
            if not control:  # stands in where animation is not understood; all browsers do
                continue
            turned = _Png(_saved(self.turned(image.convert("RGBA")), "PNG", icc_profile=None))
            size = struct.pack(">IIII", turned.width, turned.height, 0, 0)
            frames.append(_PngFrame(size + control[16:20] + b"\0\0", b""))
            streams.append(turned.frames[0].stream)
        turned.frames, turned.animated = frames, True
        turned.chunks[b"acTL"] = self.chunks[b"acTL"]
        return self._dressed(turned)._build(streams)

    def _dressed(self, turned: "_Png") -> "_Png":
        """The turned picture with the colour chunks and the profile of this one."""
        turned.chunks |= {k: self.chunks[k] for k in self.COLOUR if k in self.chunks}
        turned.icc = _profile(self.icc, b"GRAY" if turned.colour in (0, 4) else b"RGB ")
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
                raise _damaged()
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


# JPEG, and the first picture of an MPO photograph, which is a JPEG like any other


class _Jpeg(_Container):
    FORMAT = "JPEG"
    MAGIC = re.compile(rb"\xff\xd8\xff")
    MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # neither stuffing nor restart
    FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

    def __init__(self, data: bytes) -> None:
        self.parts = [b"\xff\xd8"]
        self.exif = b""
        self.profiles: dict[int, bytes] = {}
        self._walk(data)
        self.orientation = _orientation(self.exif)
        _check_extent(self.width, self.height, 1)

    def _walk(self, data: bytes) -> None:
        position, scans = 2, 0
        for _segment in range(MAX_JPEG_SEGMENTS):
            marker = self.MARKER.search(data, position)
            if marker is None:
                raise _damaged()
            kind, start = marker[1][0], marker.end()
            if kind == 0xD9:
                self.parts.append(b"\xff\xd9")
                return
            (length,) = struct.unpack_from(">H", data, start)
            position = start + length
            if length < 2 or position > len(data):
                raise _damaged()
            self._take(kind, data[start + 2 : position])
            if kind == 0xDA:
                scans += 1
                follower = self.MARKER.search(data, position)
                if follower is None:
                    raise _damaged()
                if scans > MAX_JPEG_SCANS:
                    break
                self.parts.append(data[position : follower.start()])
                position = follower.start()
        raise PictureRefused(_("The picture consists of too many parts; save it again."))

    def _take(self, kind: int, payload: bytes) -> None:
        if kind in self.FRAMES:
            if self.width:
                raise _damaged()
            self.height, self.width = struct.unpack_from(">HH", payload, 1)
            _check_extent(self.width, self.height, 1)
        if kind == 0xE1 and payload.startswith(b"Exif\0\0"):
            self.exif = self.exif or payload
        elif kind == 0xE2 and payload.startswith(b"ICC_PROFILE\0") and len(payload) > 14:
            self.profiles[payload[12]] = payload[14:]
        elif kind == 0xE0 and payload.startswith(b"JFIF\0") and len(payload) >= 14:
            self._keep(kind, payload[:12] + b"\0\0")  # without its thumbnail
        elif kind == 0xEE and payload.startswith(b"Adobe") and len(payload) >= 12:
            self._keep(kind, payload[:12])  # says how the colours are coded
        elif not (0xE0 <= kind <= 0xEF or kind == 0xFE):
            self._keep(kind, payload)

    def _keep(self, kind: int, payload: bytes) -> None:
        self.parts.append(struct.pack(">BBH", 0xFF, kind, len(payload) + 2) + payload)

    def stripped(self) -> bytes:
        return b"".join(self.parts)

    def reencoded(self) -> bytes:
        (image,) = self.decoded()
        icc = b"".join(self.profiles[number] for number in sorted(self.profiles))
        options: dict[str, object] = {"progressive": bool(image.info.get("progressive"))}
        if image.mode == "CMYK":  # browsers disagree about its colours
            plain, icc = self._screen_colours(image, icc), b""
            options["quality"] = 90
        else:
            plain, icc = image, _profile(icc, b"GRAY" if image.mode == "L" else b"RGB ")
            options |= self._as_before(image)
        return _saved(self.turned(plain), "JPEG", icc_profile=icc or None, **options)

    @staticmethod
    def _as_before(image: Image.Image) -> dict[str, object]:
        """Options that lose the least: the tables with which the picture was made."""
        tables = cast(JpegImagePlugin.JpegImageFile, image).quantization
        if sorted(tables) != list(range(len(tables))) or len(tables) > 2:
            return {"quality": 90}
        if any(not 1 <= value <= 255 for table in tables.values() for value in table):
            return {"quality": 90}
        sampling = JpegImagePlugin.get_sampling(image)
        return {"qtables": list(tables.values()), "subsampling": sampling}

    @staticmethod
    def _screen_colours(image: Image.Image, icc: bytes) -> Image.Image:
        icc = _profile(icc, b"CMYK")
        if icc:
            try:
                source = ImageCms.ImageCmsProfile(BytesIO(icc))
                target = ImageCms.createProfile("sRGB")
                shown = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
                return cast(Image.Image, shown)  # None only for a change in place
            except ImageCms.PyCMSError:  # a profile for another use, such as output only
                pass
        return image.convert("RGB")


# GIF


@dataclass
class _GifFrame:
    control: bytes  # delay, disposal and transparent colour: the four bytes of the extension
    box: tuple[int, int, int, int]
    interlaced: int
    palette: bytes
    pixels: bytes


class _Gif(_Container):
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
                raise _damaged()
        self.frame_count = len(self.frames)
        if not self.frames:
            raise _damaged()

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
            raise _damaged()
        _check_extent(self.width, self.height, len(self.frames) + 1)
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
            single = _Gif(_saved(image, "GIF", optimize=False, interlace=0))
            parts.append(single.frames[0].pixels)
        return b"".join([*parts, b";"])

    @staticmethod
    def _size_flag(palette: bytes) -> int:
        return 0x80 | ((len(palette) // 3).bit_length() - 2) if palette else 0


# WebP


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
            raise _damaged()
        yield kind, data[position : position + length]
        position += length + (length & 1)


def _riff(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
        for kind, data in chunks
    ]
    return b"".join(parts)


class _WebP(_Container):
    FORMAT = "WEBP"
    MAGIC = re.compile(rb"RIFF.{4}WEBP", re.DOTALL)
    PIXELS = (b"ALPH", b"VP8 ", b"VP8L")  # in the order in which they are written

    def __init__(self, data: bytes) -> None:
        (length,) = struct.unpack_from("<I", data, 4)
        if 8 + length > len(data):
            raise _damaged()
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
                self.icc = self.icc or _profile(chunk, b"RGB ")
            elif kind == b"EXIF":
                self.orientation = _orientation(chunk)
        if not animated:
            self.frames = [_WebPFrame(b"", still)]
            if not self.width:
                self.width, self.height = self._pixel_size(still)
        self.frame_count = len(self.frames)
        if not self.frames:
            raise _damaged()
        _check_extent(self.width, self.height, self.frame_count)

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
        _check_extent(self.width, self.height, len(self.frames))

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
        data = _saved(image, "WEBP", lossless=lossless, quality=90, method=4, exact=lossless)
        return _WebP(data).frames[0].chunks
