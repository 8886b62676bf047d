"""Pictures in the sizes of which a browser chooses one: what their `<img>` says.

A text's pictures get it when the text is saved, after the sanitizer: authors cannot write
`srcset`, and a page costs no query for it.
"""

import re
from collections.abc import Iterable
from typing import Any

from . import pictures
from .models.pictures import Picture

# The column of a text (--measure of site.css, 42.5rem) or a narrower page without its edges.
COLUMN_WIDTH = 680  # pixels
COLUMN_SIZES = "(min-width: 45rem) 42.5rem, calc(100vw - 2rem)"

# As rendering.pictures writes it and the sanitizer leaves it.
_IMAGE = re.compile(r'<img src="/pictures/([^"/]+)"((?: [a-z-]+(?:="[^"]*")?)*)>')
_EXTENT = re.compile(r' (width|height)="(\d+)"')


def srcset(picture: Picture) -> str:
    """The files of a picture with their widths; empty when there is only one."""
    if not picture.widths:
        return ""
    folder, _slash, name = picture.get_absolute_url().rpartition("/")
    files = [(pictures.variant_name(name, width), width) for width in picture.widths]
    return ", ".join(f"{folder}/{file} {width}w" for file, width in [*files, (name, picture.width)])


def column_sizes(width: int) -> str:
    """How wide a picture of `width` pixels is shown in the column of a text."""
    if width >= COLUMN_WIDTH:
        return COLUMN_SIZES
    return f"(min-width: {width + 32}px) {width}px, calc(100vw - 2rem)"


def file_names(names: Iterable[str]) -> frozenset[str]:
    """`names` below /pictures/, and the pictures of which one of them may be a smaller file.

    Who copies a picture's address from a page may have got that of a smaller file.
    """
    known = frozenset(names)
    return known.union(*(pictures.originals(name) for name in known))


def with_sizes(html: str, names: Iterable[str]) -> str:
    """The renderer's `html` with width, height and sizes of each own picture in it.

    `names` are the `Rendered.pictures` that came with it.
    """
    wanted = file_names(names)
    if not wanted:
        return html
    rows: Any = Picture.objects.filter(name__in=wanted)
    found = {row.name: row for row in rows.only("name", "width", "height", "widths")}

    def sized(image: re.Match[str]) -> str:
        row = next((found[name] for name in pictures.originals(image[1]) if name in found), None)
        return image[0] if row is None else _image(row, image[2])

    return _IMAGE.sub(sized, html)


def _image(picture: Picture, attributes: str) -> str:
    """The tag of one picture; a width that its author gave is kept."""
    said = {name: int(value) for name, value in _EXTENT.findall(attributes)}
    if "width" in said:
        said.setdefault("height", round(picture.height * said["width"] / picture.width) or 1)
    elif "height" in said:
        said["width"] = round(picture.width * said["height"] / picture.height) or 1
    width = said.get("width", picture.width)
    height = said.get("height", picture.height)
    tag = f'<img src="{picture.get_absolute_url()}"{_EXTENT.sub("", attributes)}'
    tag += f' width="{width}" height="{height}"'
    if sources := srcset(picture):
        tag += f' srcset="{sources}" sizes="{column_sizes(width)}"'
    return f"{tag}>"
