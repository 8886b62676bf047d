"""Why a picture is refused, and the limits of its extent."""

from django.conf import settings
from django.utils.translation import gettext as _

MAX_FRAMES = 5_000  # pixels x frames alone would let a million frames of one pixel through


class PictureRefused(Exception):
    """A file that is not stored; the message is a translated sentence for the editor."""


def damaged() -> PictureRefused:
    return PictureRefused(_("The picture is damaged or incomplete."))


def check_extent(width: int, height: int, frames: int) -> None:
    """Refuse what is too large to be decoded, before it is."""
    if width < 1 or height < 1:
        raise damaged()
    if frames > MAX_FRAMES:
        text = _("The picture has more than %(limit)s frames.")
        raise PictureRefused(text % {"limit": MAX_FRAMES})
    if width * height * frames > settings.PICTURE_MAX_PIXELS:
        text = _("The picture has more than %(limit)s million pixels, all frames counted.")
        limit = f"{settings.PICTURE_MAX_PIXELS / 1_000_000:g}"
        raise PictureRefused(text % {"limit": limit})
