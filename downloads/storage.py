"""Where packages lie: by their hash, below PACKAGES_DIR, outside anything served as it is.

A file becomes visible under its final name only when it is whole and on the disk:
`.part` file, fsync, rename, fsync of the folder. Django's own storage leaves a truncated
file under its final name on a full disk.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

CHUNK = 1024 * 1024
INCOMING = "incoming"


@dataclass(frozen=True)
class Part:
    """A received file that has not been accepted yet."""

    path: Path
    size: int  # bytes
    sha256: str

    def discard(self) -> None:
        """Remove it; nothing is left behind. Safe to repeat."""
        self.path.unlink(missing_ok=True)


class TooLarge(Exception):
    """More bytes came than are allowed."""


def receive(chunks: Iterable[bytes], max_bytes: int) -> Part:
    """Write `chunks` to a `.part` file and onto the disk.

    Raises `TooLarge` behind `max_bytes`, and OSError when the disk refuses; either way no
    file is left.
    """
    folder = settings.PACKAGES_DIR / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise TooLarge
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Part(path, size, digest.hexdigest())


def package_path(sha256: str) -> Path:
    """Where the file with that hash lies."""
    return settings.PACKAGES_DIR / sha256[:2] / f"{sha256}.zip"


def keep(part: Part) -> Path:
    """Give an accepted file its final name. The same file twice is kept once.

    To be called within the transaction that writes the release, after `lock_until_commit()`.
    """
    final = package_path(part.sha256)
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists() and final.stat().st_size == part.size:
        os.utime(final)  # as new: it may have been left over, and is used again from now on
        part.discard()
        return final
    part.path.replace(final)
    sync_folder(final.parent)
    return final


def sync_folder(folder: Path) -> None:
    """Make renames within `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lock_until_commit(sha256: str) -> None:
    """Let whoever else stores or removes this file wait until this transaction has ended.

    Then one of them sees what the other did: no file is taken away from a release that is
    being written. SQLite needs nothing: its transactions are IMMEDIATE (settings), so that
    only one at a time can get here.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def remove_if_unused(sha256: str) -> bool:
    """Delete the file unless a release still has it; True if there was one to delete."""
    from .models import Release

    with transaction.atomic():
        lock_until_commit(sha256)
        if Release.objects.filter(sha256=sha256).exists():
            return False
        try:
            package_path(sha256).unlink()
        except FileNotFoundError:
            return False
    return True


def older_than(seconds: float) -> Iterator[str]:
    """The hashes of the files that were kept, and not used again, so long ago."""
    for path in settings.PACKAGES_DIR.glob("??/*.zip"):
        try:
            if time.time() - path.stat().st_mtime > seconds:
                yield path.stem
        except FileNotFoundError:
            continue  # removed just now
