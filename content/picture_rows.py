"""From an uploaded picture to its row in the database, for admin and import alike."""

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction

from . import rerendering
from .models import Picture
from .pictures import (
    PictureRefused,
    StoredPicture,
    one_at_a_time,
    picture_path,
    store_picture,
    write_variants,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

logger = logging.getLogger(__name__)


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


def make_missing_sizes() -> None:
    """Make the smaller files of pictures that have none yet, and let their texts know of them.

    A disk that is full raises OSError; the next run goes on where this one ended.
    """
    missing = Picture.objects.filter(widths__isnull=True).order_by("pk")
    for key, name in list(missing.values_list("pk", "name")):
        try:
            # One by one: an upload waits for no more than one of them.
            with one_at_a_time():
                widths = write_variants(name, picture_path(name).read_bytes())
        except FileNotFoundError:
            logger.warning("The picture %s has no file.", name)
            continue
        except PictureRefused:
            logger.warning("The picture %s cannot be decoded; it is shown as it is.", name)
            widths = []
        with transaction.atomic():
            row = Picture.objects.filter(pk=key)
            row.update(widths=widths)
            if widths:
                rerendering.mark_outdated(row)
    rerendering.rerender()
