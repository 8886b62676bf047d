"""Smaller files of a stored picture, so that a phone need not load what a desk screen shows.

WebP at quality 82, whatever the original is: measured in docs/decisions/0013-picture-sizes.md.
"""

from io import BytesIO

from PIL import Image

from .container import saved
from .folder import picture_path, variant_name, write
from .refusals import damaged

WIDTHS = (480, 960, 1440)  # pixels
QUALITY = 82
# A file is worth having where it spares a fifth of the width and a tenth of the bytes.
_SPARED_WIDTH = 0.8
_SPARED_BYTES = 0.9
_MAX_HEIGHT = 16_383  # pixels that WebP can hold
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA"})  # no 16-bit greys


def write_variants(name: str, data: bytes) -> list[int]:
    """Write the smaller files of the stored picture `name`; the widths that exist afterwards.

    `data` are its stored bytes. The caller holds `one_at_a_time()`. Raises OSError when a
    file cannot be written, `PictureRefused` when the picture cannot be decoded.
    """
    widths, limit = [], len(data) * _SPARED_BYTES
    for width, variant in _encoded(data):
        if len(variant) <= limit:
            write(picture_path(variant_name(name, width)), variant)
            widths.append(width)
            limit = len(variant) * _SPARED_BYTES
    return sorted(widths)


def _encoded(data: bytes) -> list[tuple[int, bytes]]:
    """Each width with its file, the widest first."""
    try:
        with Image.open(BytesIO(data)) as opened:
            widths = _worthwhile(opened.width, opened.height)
            if not widths or getattr(opened, "n_frames", 1) > 1 or not _is_plain(opened, data):
                return []
            original = (opened.width, opened.height)
            # Of a large photograph a JPEG decoder need not unpack every pixel.
            opened.draft(opened.mode, _in_proportion(original, widths[0]))
            picture, options = _as_webp_wants(opened)
            # Once for all widths: of a large one with transparency each took two seconds.
            if (factor := picture.width // (2 * widths[0])) > 1:
                picture = picture.reduce(factor)
            return [(width, _scaled(picture, original, width, options)) for width in widths]
    except Exception as error:  # as everywhere in Pillow: every type there is
        raise damaged() from error


def _worthwhile(width: int, height: int) -> list[int]:
    return [
        each
        for each in reversed(WIDTHS)
        if each <= width * _SPARED_WIDTH and each * height // width < _MAX_HEIGHT
    ]


def _is_plain(image: Image.Image, data: bytes) -> bool:
    """Whether its colours can be told in WebP: eight bits, sRGB or a profile of its own."""
    # Colours in chunks of PNG alone: another gamma than that of screens, or beyond it.
    gamma = image.info.get("gamma", 1 / 2.2)
    if "srgb" not in image.info and abs(gamma - 1 / 2.2) > 0.01:
        return False
    return image.mode in _MODES and b"cICP" not in data[: max(data.find(b"IDAT"), 0)]


def _as_webp_wants(image: Image.Image) -> tuple[Image.Image, dict[str, object]]:
    """The picture in true colours, and what `save` has to be told."""
    is_grey = image.mode in ("1", "L", "LA")
    has_alpha = image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info
    # WebP knows no greys, and a profile for greys is none for colours.
    profile = None if is_grey else image.info.get("icc_profile")
    return image.convert("RGBA" if has_alpha else "RGB"), {"icc_profile": profile}


def _scaled(
    picture: Image.Image, original: tuple[int, int], width: int, options: dict[str, object]
) -> bytes:
    size = _in_proportion(original, width)
    small = picture.resize(size, Image.Resampling.LANCZOS)
    return saved(small, "WEBP", quality=QUALITY, method=4, **options)


def _in_proportion(original: tuple[int, int], width: int) -> tuple[int, int]:
    return width, max(1, round(original[1] * width / original[0]))
