"""From an uploaded picture to its row in the database, for admin and import alike."""

from dataclasses import asdict
from typing import TYPE_CHECKING, BinaryIO

from .models import Picture
from .pictures import StoredPicture, store_picture

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def keep_picture(
    file: BinaryIO, *, uploaded_by: "AbstractBaseUser | None" = None, description: str = ""
) -> Picture:
    """Store the picture and return its row.

    Raises `pictures.PictureRefused` with a sentence for the editor, or OSError when it cannot
    be written; neither leaves a row.
    """
    stored = store_picture(file)
    return record_picture(stored, uploaded_by=uploaded_by, description=description)


def record_picture(
    stored: StoredPicture,
    *,
    uploaded_by: "AbstractBaseUser | None" = None,
    description: str = "",
) -> Picture:
    """The row of a stored picture, which has one row only: what the first upload said stays."""
    # An alternative text in an imported article may be a paragraph.
    limit = Picture._meta.get_field("description").max_length
    said = {"description": description.strip()[:limit], "uploaded_by": uploaded_by}
    # Of two uploads at once the second finds the first one's row: the database lets in only one.
    picture, _created = Picture.objects.get_or_create(
        sha256=stored.sha256, defaults=asdict(stored) | said
    )
    return picture
