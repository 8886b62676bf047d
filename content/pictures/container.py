"""What the four kinds of picture file have in common once they are taken apart."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import ClassVar

from PIL import Image

from .refusals import damaged

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def saved(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


class Container:
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
                raise damaged()
            for index in range(getattr(image, "n_frames", 1)):
                image.seek(index)
                image.load()
                yield image

    def turned(self, image: Image.Image) -> Image.Image:
        turn = TURNS.get(self.orientation)
        return image if turn is None else image.transpose(turn)
