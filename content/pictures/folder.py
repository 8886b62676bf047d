"""The folder of stored pictures: the names that files have there, and how one gets in and out."""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}

_ORIGINAL = re.compile(r"([0-9a-f]{32})\.(?:png|jpg|gif|webp)")
_VARIANT = re.compile(r"([0-9a-f]{32})-[1-9][0-9]{1,4}\.webp")


def variant_name(name: str, width: int) -> str:
    """The name of the smaller file of this width beside the picture called `name`."""
    return f"{_stem(name)}-{width}.webp"


def originals(name: str) -> list[str]:
    """The names that the picture may have of which `name` is a smaller file, or is itself.

    A smaller file is always WebP, so its name does not tell the format of the original.
    """
    if _ORIGINAL.fullmatch(name):
        return [name]
    if found := _VARIANT.fullmatch(name):
        return [f"{found[1]}.{extension}" for extension in EXTENSIONS.values()]
    return []


def picture_path(name: str) -> Path:
    """Where the stored file of this name lies; ValueError for a name never given out."""
    if not originals(name):
        raise ValueError(f"not the name of a stored picture: {name!r:.80}")
    return Path(settings.PICTURES_DIR) / name[:2] / name


def remove_picture(name: str) -> None:
    """Remove the picture called `name` and the smaller files made of it."""
    path = picture_path(name)
    path.unlink(missing_ok=True)
    for variant in path.parent.glob(f"{_stem(name)}-*.webp"):
        variant.unlink(missing_ok=True)


@contextmanager
def one_at_a_time() -> Iterator[None]:
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


def write(path: Path, data: bytes) -> None:
    """Write a file that is there as a whole or not at all, whatever happens meanwhile."""
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


def _stem(name: str) -> str:
    found = _ORIGINAL.fullmatch(name)
    if found is None:
        raise ValueError(f"not the name of a stored picture: {name!r:.80}")
    return found[1]
