"""Where an import reads from: a folder, one file, or a ZIP; never beyond its root."""

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol

from django.utils.translation import gettext as _

SUFFIXES = (".md", ".markdown")
MAX_ENTRIES = 20_000
MAX_TOTAL_BYTES = 500 * 1024**2
_SKIPPED_FOLDERS = frozenset({"node_modules"})
_UTF8_NAME = 0x800


class SourceUnreadable(Exception):
    """Nothing can be imported from there at all; the message is a sentence."""


class FileRefused(Exception):
    """One file is not imported; the message is a sentence for whoever imports."""


class Source(Protocol):
    """A tree of files. Paths are relative to its root, with `/` between their parts."""

    refused: list[tuple[str, str]]  # path and reason of Markdown that cannot even be named

    def documents(self) -> list[str]:
        """The paths of all Markdown files, sorted."""
        ...

    def has(self, path: str) -> bool:
        """Whether there is a file at `path` inside the root."""
        ...

    def open(self, path: str, limit: int) -> BinaryIO:
        """The file at `path`; raises `FileRefused` when it is larger than `limit` bytes."""
        ...


def is_document(name: str) -> bool:
    """Is it a Markdown file that is not hidden?"""
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def _is_skipped(folder: str) -> bool:
    return folder.startswith(".") or folder in _SKIPPED_FOLDERS


def _too_large(limit: int) -> FileRefused:
    return FileRefused(_("The file is larger than %(limit)d kB.") % {"limit": limit // 1000})


class FolderSource:
    """A folder, or a single file with what lies beside it.

    `below` restricts the documents to a folder inside; pictures may lie anywhere in the root.
    """

    def __init__(self, root: Path, *, below: str = "", only: str = "") -> None:
        self.root = root.resolve()
        self.below = below
        self.only = only
        self.refused: list[tuple[str, str]] = []

    def documents(self) -> list[str]:
        return [self.only] if self.only else sorted(self._walk())

    def _walk(self) -> Iterator[str]:
        def unreadable(error: OSError) -> None:
            name = Path(error.filename or "").name
            self.refused.append((_shown(name), _("The folder cannot be read.")))

        for folder, folders, names in os.walk(self.root / self.below, onerror=unreadable):
            # Folders that are links are listed here, but never walked into.
            folders[:] = [name for name in folders if not _is_skipped(name)]
            for name in filter(is_document, names):
                path = (Path(folder) / name).relative_to(self.root).as_posix()
                try:
                    path.encode()
                except UnicodeEncodeError:
                    self.refused.append((_shown(path), _("The file name is not valid text.")))
                    continue
                yield path

    def _inside(self, path: str) -> Path | None:
        """The file, links resolved, if it lies within the root."""
        try:
            file = (self.root / path).resolve(strict=True)
            return file if file.is_relative_to(self.root) and file.is_file() else None
        except (OSError, ValueError, RuntimeError):
            return None

    def has(self, path: str) -> bool:
        return self._inside(path) is not None

    def open(self, path: str, limit: int) -> BinaryIO:
        file = self._inside(path)
        if file is None:
            raise FileRefused(_("The file is a link that leads nowhere or out of the folder."))
        try:
            if file.stat().st_size > limit:
                raise _too_large(limit)
            return file.open("rb")
        except OSError as error:
            raise FileRefused(_("The file cannot be read.")) from error


class ZipSource:
    """A ZIP. A single folder that holds everything counts as its root, as after unpacking."""

    def __init__(self, file: Path) -> None:
        self.refused: list[tuple[str, str]] = []
        try:
            self.archive = zipfile.ZipFile(file)
            entries = self.archive.infolist()
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise SourceUnreadable(_("The file is not a readable ZIP archive.")) from error
        if len(entries) > MAX_ENTRIES:
            raise SourceUnreadable(_("The archive has too many entries."))
        if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
            raise SourceUnreadable(_("The archive is too large when unpacked."))
        self.entries: dict[str, zipfile.ZipInfo] = {}
        for path, entry in zip(_names(entries), entries, strict=True):
            if not entry.is_dir():
                self._admit(path, entry)
        self._strip_top_folder()

    def _admit(self, path: str, entry: zipfile.ZipInfo) -> None:
        parts = path.split("/")
        unsafe = (
            path.startswith("/")
            or re.match(r"[A-Za-z]:", path)
            or any(part in {"", ".", ".."} for part in parts)
            or any(unicodedata.category(character) == "Cc" for character in path)
        )
        if unsafe or path in self.entries or stat.S_ISLNK(entry.external_attr >> 16):
            if is_document(parts[-1]):
                reason = _("The path in the archive is unsafe, occurs twice or is a link.")
                self.refused.append((_shown(path), reason))
            return
        self.entries[path] = entry

    def _strip_top_folder(self) -> None:
        paths = [path for path in self.entries if not path.startswith("__MACOSX/")]
        top = {path.partition("/")[0] for path in paths}
        if len(top) == 1 and all("/" in path for path in paths):
            self.entries = {path.partition("/")[2]: self.entries[path] for path in paths}

    def documents(self) -> list[str]:
        def shown(path: str) -> bool:
            *folders, name = path.split("/")
            return is_document(name) and not any(
                _is_skipped(folder) or folder == "__MACOSX" for folder in folders
            )

        return sorted(filter(shown, self.entries))

    def has(self, path: str) -> bool:
        return path in self.entries

    def open(self, path: str, limit: int) -> BinaryIO:
        entry = self.entries[path]
        if entry.file_size > limit:
            raise _too_large(limit)
        try:
            with self.archive.open(entry) as file:
                data = file.read(limit + 1)
        # Whatever a damaged or encrypted entry makes zipfile raise.
        except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
            raise FileRefused(_("The entry of the archive is damaged or encrypted.")) from error
        if len(data) > limit:
            raise _too_large(limit)
        return BytesIO(data)


def _names(entries: list[zipfile.ZipInfo]) -> list[str]:
    """The names as their maker saw them: UTF-8, or GB18030 for the archive as a whole."""
    if all(entry.flag_bits & _UTF8_NAME for entry in entries):
        return [entry.filename for entry in entries]

    def decoded(encoding: str) -> list[str]:
        return [
            entry.filename
            if entry.flag_bits & _UTF8_NAME
            else entry.filename.encode("cp437").decode(encoding)
            for entry in entries
        ]

    for encoding in ("utf-8", "gb18030"):
        try:
            return decoded(encoding)
        except UnicodeError:
            continue
    return [entry.filename for entry in entries]


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()[:200]


def open_source(path: Path) -> Source:
    """The source at `path`; raises `SourceUnreadable`."""
    try:
        if path.is_dir():
            next(path.iterdir(), None)
            return FolderSource(path)
        if not path.is_file():
            raise SourceUnreadable(_("There is no file or folder at this path."))
        if path.name.lower().endswith(SUFFIXES):
            file = path.resolve()
            return FolderSource(file.parent, only=file.name)
    except OSError as error:
        raise SourceUnreadable(_("The path cannot be read.")) from error
    if path.suffix.lower() == ".zip":
        return ZipSource(path)
    raise SourceUnreadable(_("Give a folder, a ZIP archive or a Markdown file."))
