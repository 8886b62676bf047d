"""From an address in a file to the paths in the source that it may mean."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from .documents import INDEX_NAMES
from .sources import SUFFIXES

_ELSEWHERE = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\)")
_FOREIGN = re.compile(r"\s*(?:https?:)?[/\\]{2}", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|bmp|avif|ico|tiff?)$", re.IGNORECASE)
# Where generators keep what they serve from the root of a site.
_PUBLIC_FOLDERS = ("", "source/", "static/", "public/", ".vuepress/public/", "docs/")


@dataclass(frozen=True)
class Target:
    """A relative address taken apart: the path from the root, and the place on the page."""

    path: str  # from the root of the source; "" for the file itself
    fragment: str
    is_absolute: bool = False
    is_folder: bool = False

    @property
    def is_picture(self) -> bool:
        return _PICTURE.search(self.path) is not None


def is_foreign(url: str) -> bool:
    """Does `url` lead to another host?"""
    return _FOREIGN.match(url) is not None


def resolve(document: str, url: str) -> Target | None:
    """What `url` means in the file `document`.

    None when it leads to another site or out of the root, or says nothing.
    """
    if not url.strip() or _ELSEWHERE.match(url):
        return None
    address, _sign, fragment = url.strip().partition("#")
    path = unquote(address.partition("?")[0]).replace("\\", "/")
    if not path:
        return Target("", unquote(fragment)) if fragment else None
    folder = () if path.startswith("/") else PurePosixPath(document).parent.parts
    parts: list[str] = list(folder)
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    is_folder = path.endswith(("/", "/.", "/..")) or path in {".", ".."}
    return Target("/".join(parts), unquote(fragment), path.startswith("/"), is_folder)


def document_paths(target: Target) -> list[str]:
    """The Markdown files that `target` may mean, the likeliest first."""
    path = target.path
    lower = path.lower()
    found = []
    if not target.is_folder:
        if lower.endswith(SUFFIXES):
            found.append(path)
        elif lower.endswith((".html", ".htm")):
            stem = path.rpartition(".")[0]
            found += [stem + suffix for suffix in SUFFIXES]
            if PurePosixPath(stem).name == "index":
                found += _index_files(PurePosixPath(stem).parent)
        elif not target.is_picture:
            found += [path + suffix for suffix in SUFFIXES]
    if not lower.endswith((*SUFFIXES, ".html", ".htm")):
        found += _index_files(PurePosixPath(path))
    return found


def _index_files(folder: PurePosixPath) -> list[str]:
    names = ("README", "readme", *INDEX_NAMES[1:])
    return [(folder / f"{name}.md").as_posix() for name in names]


def picture_paths(document: str, target: Target) -> list[str]:
    """The files that may be the picture `target`: beside the text, or among its assets."""
    if target.is_absolute:
        return [folder + target.path for folder in _PUBLIC_FOLDERS]
    file = PurePosixPath(document)
    own = file.parent.as_posix()
    inside = target.path.removeprefix(f"{own}/") if own != "." else target.path
    # Hexo: the folder that is called like the text.
    return [target.path, (file.parent / file.stem / inside).as_posix()]
