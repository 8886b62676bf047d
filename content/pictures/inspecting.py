"""What an uploaded picture is, or the reason why it is refused."""

from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from .container import Container
from .gif import Gif
from .jpeg import Jpeg
from .png import Png
from .refusals import PictureRefused, damaged
from .webp import WebP


@dataclass(frozen=True)
class PictureFacts:
    """A picture as a visitor sees it: after turning by its EXIF orientation."""

    format: str
    width: int
    height: int
    frames: int


def inspect_picture(file: BinaryIO) -> PictureFacts:
    """What the picture is, every frame of it decoded once; raises only PictureRefused."""
    return examine(file)[0]


def examine(file: BinaryIO) -> tuple[PictureFacts, Container]:
    """The facts, and the file taken apart, for whoever means to store it."""
    data = _read(file)
    kind = next((kind for kind in (Png, Jpeg, Gif, WebP) if kind.MAGIC.match(data)), None)
    if kind is None:
        raise PictureRefused(_("The file is not a PNG, JPEG, GIF or WebP picture."))
    try:
        container = kind(data)
        for _frame in container.decoded():
            pass
    except PictureRefused:
        raise
    except Exception as error:  # hostile bytes make decoders fail in every type there is
        raise damaged() from error
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
