"""Pictures that enter the site: what is accepted, and the cleaned form in which it is stored.

The order is the protection. A container (PNG, JPEG, GIF or WebP file) is first taken apart
without decoding anything, which counts pixels x frames and leaves behind all that is not
picture: EXIF, XMP, comments, texts, previews, trailing bytes. Only that remainder is given
to Pillow, which decodes every frame. What is stored is encoded again from it.

Frames are encoded one by one and put into a container written here, not by Pillow's
`save_all`: that merges equal frames, gives GIF frames new colours and cuts 16-bit PNG to 8.

Beside a stored picture lie smaller files of it (`variants.py`), under its name and their width.
"""

import warnings

from PIL import Image

from .folder import (
    EXTENSIONS,
    one_at_a_time,
    originals,
    picture_path,
    remove_picture,
    variant_name,
)
from .inspecting import PictureFacts, inspect_picture
from .refusals import MAX_FRAMES, PictureRefused
from .storing import StoredPicture, store_picture
from .variants import WIDTHS, write_variants

__all__ = [
    "EXTENSIONS",
    "MAX_FRAMES",
    "WIDTHS",
    "PictureFacts",
    "PictureRefused",
    "StoredPicture",
    "inspect_picture",
    "one_at_a_time",
    "originals",
    "picture_path",
    "remove_picture",
    "store_picture",
    "variant_name",
    "write_variants",
]

# For the whole process: `warnings.catch_warnings` is not safe while other threads serve.
warnings.simplefilter("error", Image.DecompressionBombWarning)
