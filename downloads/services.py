"""Taking a package in: one act of several steps, for admin and import alike.

`receive_package()` writes the upload to a `.part` file and looks inside;
`store_package()` writes the release and gives the file its final name, in one transaction
and in this order: whoever loses a race for a version has no file yet. A transaction that
fails later may leave a file without a release; `downloads.jobs.clean_up` removes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from types import TracebackType
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import archives, storage
from .models import Package, Release


@dataclass(frozen=True)
class ReceivedPackage:
    """An upload that passed every check and waits for its release.

    As a context manager it discards itself at the end; once stored, there is nothing left
    to discard.
    """

    part: storage.Part
    file_name: str
    entries: tuple[archives.Entry, ...]

    def discard(self) -> None:
        """Remove the waiting file. Safe to repeat, and after `store_package()`."""
        self.part.discard()

    def __enter__(self) -> "ReceivedPackage":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.discard()


def _chunks(upload: File | IO[bytes]) -> Iterator[bytes]:
    if hasattr(upload, "seek"):
        upload.seek(0)
    while chunk := upload.read(storage.CHUNK):
        yield chunk


def receive_package(upload: Any, *, name: str) -> ReceivedPackage:
    """Write `upload` to a `.part` file and inspect it under the file name `name`.

    Raises `archives.ArchiveRefused` with the rule that it breaks; then nothing is left.
    """
    file_name = PurePath(name.replace("\\", "/")).name
    try:
        part = storage.receive(_chunks(upload), settings.PACKAGE_MAX_BYTES)
    except storage.TooLarge as error:
        raise archives.ArchiveRefused(
            "Z7", _("The file is larger than %(limit)d MiB.") % {"limit": limit_in_mib()}
        ) from error
    try:
        with part.path.open("rb") as file:
            entries = archives.inspect(file, name=file_name)
    except BaseException:
        part.discard()
        raise
    return ReceivedPackage(part, file_name, tuple(entries))


def limit_in_mib() -> int:
    """The largest upload, in MiB, as refusals and help texts say it."""
    return settings.PACKAGE_MAX_BYTES // 1024**2


def store_package(
    *,
    package: Package,
    upload: Any,
    version: str,
    name: str = "",
    created_by: Any = None,
    created_at: datetime | None = None,
) -> Release:
    """Make `upload` (a file or a `ReceivedPackage`) the newest release of a saved `package`.

    `created_at` is for what was published elsewhere before; left out, it is now.

    Raises `archives.ArchiveRefused` for the file and `ValidationError` for the version, also
    when another upload took that version at the same moment; then no file and no row is left.
    """
    if isinstance(upload, ReceivedPackage):
        received = upload
    else:
        received = receive_package(upload, name=name or getattr(upload, "name", ""))
    with received:
        release = Release(
            package=package,
            version=version,
            file_name=received.file_name[-255:],
            size=received.part.size,
            sha256=received.part.sha256,
            listing=[[entry.path, entry.size] for entry in received.entries],
            created_by=created_by,
            created_at=min(created_at or timezone.now(), timezone.now()),
        )
        release.full_clean()
        _write(release, received.part)
    return release


def _write(release: Release, part: storage.Part) -> None:
    package = release.package
    with transaction.atomic():
        storage.lock_until_commit(release.sha256)
        try:
            with transaction.atomic():
                release.save()
        except IntegrityError as error:
            message = _("This package has that version already.")
            raise ValidationError({"version": message}) from error
        storage.keep(part)
        package.latest_release = release
        package.save(update_fields=["latest_release"])


def purge_package(package: Package) -> None:
    """Delete a package for good, with every file that no other package has."""
    hashes = set(package.releases.values_list("sha256", flat=True))
    package.purge()

    def remove_files() -> None:
        for sha256 in hashes:
            storage.remove_if_unused(sha256)

    transaction.on_commit(remove_files)
