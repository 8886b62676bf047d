"""What is used of a picture's metadata: the orientation and the colour profile."""

import struct
from io import BytesIO

from PIL import ImageCms

MAX_PROFILE_BYTES = 1024**2  # of screens a few kB, of printing presses about half of this


def read_orientation(exif: bytes) -> int:
    """The orientation, 1 to 8, that an EXIF block gives; 1 when it gives none."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        for entry in range(count):
            tag, _kind, _n, value = struct.unpack_from(order + "HHIH", exif, start + 2 + 12 * entry)
            if tag == 0x0112:
                return value if 1 <= value <= 8 else 1
    except struct.error:  # cut short: shown as it lies
        pass
    return 1


def sound_profile(icc: bytes, space: bytes) -> bytes:
    """The colour profile if it is sound, small and meant for this colour space, else nothing."""
    if not 128 <= len(icc) < MAX_PROFILE_BYTES or icc[36:40] != b"acsp" or icc[16:20] != space:
        return b""
    icc = icc[: int.from_bytes(icc[:4])]  # what follows the declared size is no profile
    try:
        ImageCms.ImageCmsProfile(BytesIO(icc))
    except (OSError, ImageCms.PyCMSError):
        return b""
    return icc
