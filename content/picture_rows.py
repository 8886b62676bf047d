"""From an uploaded picture to its row in the database, for admin and import alike."""

from typing import TYPE_CHECKING, BinaryIO

from .models import Picture
from .pictures import store_picture

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def keep_picture(
    file: BinaryIO, *, uploaded_by: "AbstractBaseUser | None" = None, description: str = ""
) -> Picture:
    """Store the picture and return its row; the same picture has one row, the first.

    What the first upload said of it stays. Raises `pictures.PictureRefused` with a sentence
    for the editor, or OSError when it cannot be written; neither leaves a row.
    """
    stored = store_picture(file)
    facts = {
        "name": stored.name,
        "format": stored.format,
        "width": stored.width,
        "height": stored.height,
        "size": stored.size,
    }
    # An alternative text in an imported article may be a paragraph.
    limit = Picture._meta.get_field("description").max_length
    said = {"description": description.strip()[:limit], "uploaded_by": uploaded_by}
    # Of two uploads at once the second finds the first one's row: the database lets in only one.
    picture, _created = Picture.objects.get_or_create(
        sha256=stored.sha256, defaults={**facts, **said}
    )
    return picture
