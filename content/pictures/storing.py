"""The folder of stored pictures: their names, and how a file gets into it."""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from .inspecting import examine
from .refusals import damaged

EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}

_NAME = re.compile(r"[0-9a-f]{32}\.(?:png|jpg|gif|webp)")


@dataclass(frozen=True)
class StoredPicture:
    """What lies in the folder of pictures; `sha256` and `size` are of the stored bytes."""

    name: str
    sha256: str
    format: str
    width: int
    height: int
    size: int


def store_picture(file: BinaryIO) -> StoredPicture:
    """Store the picture without anything that its maker did not mean to publish.

    The name comes from the stored bytes, so the same picture is stored once. A refusal or a
    full disk leaves no file behind; the latter raises OSError, as it is no fault of the file.
    """
    with _one_at_a_time():
        facts, container = examine(file)
        try:
            data = container.reencoded()
        except Exception as error:
            raise damaged() from error
    digest = hashlib.sha256(data).hexdigest()
    name = f"{digest[:32]}.{EXTENSIONS[facts.format]}"
    path = picture_path(name)
    if not (path.exists() and path.stat().st_size == len(data)):
        _write(path, data)
    return StoredPicture(name, digest, facts.format, facts.width, facts.height, len(data))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """One picture is decoded at a time on this host, across threads and processes.

    Fifty megapixels need up to 900 MB while they are decoded; eight at once took 6.5 GB.
    """
    folder = Path(settings.PICTURES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def picture_path(name: str) -> Path:
    """Where the stored picture of this name lies; ValueError for a name never given out."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not the name of a stored picture: {name!r:.80}")
    return Path(settings.PICTURES_DIR) / name[:2] / name


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
