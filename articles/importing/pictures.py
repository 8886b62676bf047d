"""Pictures that come along with a text: found beside it, stored, and given back on refusal."""

from typing import BinaryIO

from django.conf import settings

from content.models import Picture
from content.picture_rows import record_picture
from content.pictures import (
    PictureRefused,
    StoredPicture,
    inspect_picture,
    remove_picture,
    store_picture,
)

from .sources import FileRefused, Source


class PictureImport:
    """The pictures of one source. Each is stored once, however many texts show it.

    Files are stored before the transaction of a text and rows written within it; after a
    refusal `forget_unused()` removes the files that no row names.
    """

    def __init__(self, source: Source, *, dry_run: bool) -> None:
        self.source = source
        self.dry_run = dry_run
        self.stored: dict[str, StoredPicture] = {}
        self.refused: dict[str, str] = {}
        self.pending: set[str] = set()

    def take(self, path: str) -> StoredPicture | None:
        """Store the file at `path`; None in a dry run. Raises `PictureRefused`."""
        if path in self.refused:
            raise PictureRefused(self.refused[path])
        if path not in self.stored:
            try:
                with self.source.open(path, settings.PICTURE_MAX_BYTES) as file:
                    stored = self._store(file)
            except (PictureRefused, FileRefused) as refused:
                self.refused[path] = str(refused)
                raise PictureRefused(str(refused)) from refused
            if stored is not None:
                self.stored[path] = stored
        self.pending.add(path)
        return self.stored.get(path)

    def _store(self, file: BinaryIO) -> StoredPicture | None:
        if self.dry_run:
            inspect_picture(file)
            return None
        return store_picture(file)

    def write_rows(self) -> None:
        """Write the rows of the pictures taken since; call within the text's transaction."""
        for path in sorted(self.pending & set(self.stored)):
            record_picture(self.stored[path])

    def settle(self) -> int:
        """The text is kept: how many pictures it brought along."""
        number = len(self.pending)
        self.pending.clear()
        return number

    def forget_unused(self) -> None:
        """The text was refused: remove the files that it alone would have shown."""
        for path in self.pending & set(self.stored):
            stored = self.stored.pop(path)
            if not Picture.objects.filter(name=stored.name).exists():
                remove_picture(stored.name)
        self.pending.clear()
