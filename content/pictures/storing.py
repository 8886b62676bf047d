"""How a picture gets into the folder, with the smaller files that narrow screens are sent."""

import hashlib
import logging
from dataclasses import dataclass, field
from typing import BinaryIO

from .folder import EXTENSIONS, one_at_a_time, picture_path, write
from .inspecting import examine
from .refusals import damaged
from .variants import write_variants

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredPicture:
    """What lies in the folder of pictures; `sha256` and `size` are of the stored bytes.

    `widths` are those of the smaller files beside it; None when they have still to be made.
    """

    name: str
    sha256: str
    format: str
    width: int
    height: int
    size: int
    widths: list[int] | None = field(default=None, compare=False)


def store_picture(file: BinaryIO) -> StoredPicture:
    """Store the picture without anything that its maker did not mean to publish.

    The name comes from the stored bytes, so the same picture is stored once. A refusal or a
    full disk leaves no file behind; the latter raises OSError, as it is no fault of the file.
    """
    with one_at_a_time():
        facts, container = examine(file)
        try:
            data = container.reencoded()
        except Exception as error:
            raise damaged() from error
        del container
        digest = hashlib.sha256(data).hexdigest()
        name = f"{digest[:32]}.{EXTENSIONS[facts.format]}"
        path = picture_path(name)
        widths = None
        # What is there already has a row that says which smaller files it has.
        if not (path.exists() and path.stat().st_size == len(data)):
            write(path, data)
            widths = _smaller_files(name, data)
    facts_of_row = (facts.format, facts.width, facts.height, len(data))
    return StoredPicture(name, digest, *facts_of_row, widths=widths)


def _smaller_files(name: str, data: bytes) -> list[int] | None:
    try:
        return write_variants(name, data)
    except Exception:
        # The picture itself is stored; the worker tries again, with all the time it takes.
        logger.exception("The smaller files of the picture %s could not be made.", name)
        return None
