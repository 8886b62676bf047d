"""What pages of packages ask Python for: the sort of a file, and what a listing amounts to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.core.cache import caches

from downloads.models import Release

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
def unpacked_release(release: Release) -> Unpacked:
    """What there will be on the disk of whoever unpacks a release.

    A release never changes, and its listing may be thousands of entries.
    """
    if release.pk is None:
        return unpacked(release.listing)
    cache = caches["template_fragments"]
    return cache.get_or_set(f"unpacked-{release.pk}", lambda: unpacked(release.listing))


def unpacked(listing: Sequence[Sequence[Any]]) -> Unpacked:
    """What there will be on the disk of whoever unpacks what is listed."""
    sizes = [size for path, size in listing if not str(path).endswith("/")]
    return Unpacked(sum(sizes), len(sizes))


@register.filter
def holds_all_of(folder: Any, listing: Sequence[Sequence[Any]]) -> bool:
    """Whether a folder of the tree is the one that everything lies in, which begins open."""
    return folder.count == unpacked(listing).count
