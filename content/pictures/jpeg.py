"""JPEG files, and the first picture of an MPO photograph, which is a JPEG like any other."""

import re
import struct
from io import BytesIO
from typing import cast

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, JpegImagePlugin

from .container import Container, saved
from .metadata import read_orientation, sound_profile
from .refusals import PictureRefused, check_extent, damaged

MAX_SCANS = 100  # each costs a pass over all pixels; encoders write about ten
MAX_SEGMENTS = 5_000  # each costs a search and a copy; photographs have a few dozen


class Jpeg(Container):
    FORMAT = "JPEG"
    MAGIC = re.compile(rb"\xff\xd8\xff")
    MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # neither stuffing nor restart
    FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

    def __init__(self, data: bytes) -> None:
        self.parts = [b"\xff\xd8"]
        self.exif = b""
        self.profiles: dict[int, bytes] = {}
        self._walk(data)
        self.orientation = read_orientation(self.exif)
        check_extent(self.width, self.height, 1)

    def _walk(self, data: bytes) -> None:
        position, scans = 2, 0
        for _segment in range(MAX_SEGMENTS):
            marker = self.MARKER.search(data, position)
            if marker is None:
                raise damaged()
            kind, start = marker[1][0], marker.end()
            if kind == 0xD9:
                self.parts.append(b"\xff\xd9")
                return
            (length,) = struct.unpack_from(">H", data, start)
            position = start + length
            if length < 2 or position > len(data):
                raise damaged()
            self._take(kind, data[start + 2 : position])
            if kind == 0xDA:
                scans += 1
                follower = self.MARKER.search(data, position)
                if follower is None:
                    raise damaged()
                if scans > MAX_SCANS:
                    break
                self.parts.append(data[position : follower.start()])
                position = follower.start()
        raise PictureRefused(_("The picture consists of too many parts; save it again."))

    def _take(self, kind: int, payload: bytes) -> None:
        if kind in self.FRAMES:
            if self.width:
                raise damaged()
            self.height, self.width = struct.unpack_from(">HH", payload, 1)
            check_extent(self.width, self.height, 1)
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
            plain, icc = image, sound_profile(icc, b"GRAY" if image.mode == "L" else b"RGB ")
            options |= self._as_before(image)
        return saved(self.turned(plain), "JPEG", icc_profile=icc or None, **options)

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
        icc = sound_profile(icc, b"CMYK")
        if icc:
            try:
                source = ImageCms.ImageCmsProfile(BytesIO(icc))
                target = ImageCms.createProfile("sRGB")
                shown = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
                return cast(Image.Image, shown)  # None only for a change in place
            except ImageCms.PyCMSError:  # a profile for another use, such as output only
                pass
        return image.convert("RGB")
