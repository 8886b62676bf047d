"""What pages of packages ask Python for: the sort of a file, and what a listing amounts to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template

register = template.Library()

_TYPES = {
    "page": ("html", "htm", "xhtml", "php", "jsp", "vue", "xml"),
    "style": ("css", "scss", "sass", "less", "styl"),
    "script": ("js", "mjs", "cjs", "ts", "jsx", "tsx", "json", "map", "coffee"),
    "picture": ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp", "psd"),
    "font": ("woff", "woff2", "ttf", "otf", "eot"),
    "text": ("md", "txt", "pdf", "doc", "docx", "rst", "yml", "yaml", "csv"),
    "archive": ("zip", "gz", "rar", "7z", "tar", "xz", "bz2"),
    "sound": ("mp3", "ogg", "wav", "mp4", "webm", "m4a", "mov"),
}
_TYPE_OF = {extension: name for name, extensions in _TYPES.items() for extension in extensions}
_TEXTS_WITHOUT_EXTENSION = frozenset({"license", "licence", "readme", "changelog", "authors"})


@register.filter
def file_type(name: str) -> str:
    """The sort of file, as the last part of a class name: `script` for `site.min.js`."""
    stem, dot, extension = name.lower().rpartition(".")
    if not dot:
        return "text" if extension in _TEXTS_WITHOUT_EXTENSION else "other"
    return _TYPE_OF.get(extension, "other") if stem else "other"


@dataclass(frozen=True)
class Unpacked:
    """What a package holds: bytes and files."""

    size: int
    count: int


@register.simple_tag
def unpacked(listing: Sequence[Sequence[Any]]) -> Unpacked:
    """What there will be on the disk of whoever unpacks a release."""
    sizes = [size for path, size in listing if not str(path).endswith("/")]
    return Unpacked(sum(sizes), len(sizes))


@register.filter
def holds_all_of(folder: Any, listing: Sequence[Sequence[Any]]) -> bool:
    """Whether a folder of the tree is the one that everything lies in, which begins open."""
    return folder.count == unpacked(listing).count
