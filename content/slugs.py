"""Addresses made from names: Chinese becomes pinyin, and c, c# and c++ stay apart."""

import re
import unicodedata

from django.utils.text import slugify as ascii_slugify
from pypinyin import lazy_pinyin

# Django's slugify would make "c" of both c# and c++, and "net" of .net.
_SYMBOLS = (
    (re.compile(r"(?<![a-z0-9])(c|f|j|g|q)\s*#"), r"\1sharp"),
    (re.compile(r"(?<![a-z0-9])([a-z0-9]+)\+\+"), r"\1pp"),
    (re.compile(r"(?<![a-z0-9])\.net\b"), "dotnet"),
    (re.compile(r"(?<=[a-z0-9])\.net\b"), "-dotnet"),
    (re.compile(r"(?<=[a-z0-9])\.js\b"), "js"),
    (re.compile(r"(?<=[a-z0-9])\+(?=\s|$)"), "-plus"),
    (re.compile(r"&"), " and "),
)


def slugify(text: str, max_length: int = 80) -> str:
    """An ASCII address part made from `text`; "" when nothing of it can be spelled.

    At most `max_length` characters, cut between words where there is one to cut at.
    """
    spelled = unicodedata.normalize("NFKC", text).lower()
    for pattern, replacement in _SYMBOLS:
        spelled = pattern.sub(replacement, spelled)
    # A space around every syllable run: lazy_pinyin glues Latin words to their neighbours.
    spelled = re.sub(r"([\u3400-\u9fff\U00020000-\U0003ffff]+)", r" \1 ", spelled)
    spelled = "-".join(lazy_pinyin(spelled, errors=lambda run: ascii_slugify(run) or "-"))
    slug = re.sub(r"[-_]{2,}", "-", ascii_slugify(spelled)).strip("-_")
    if len(slug) > max_length:
        cut = slug[: max_length + 1].rpartition("-")[0]
        slug = cut if len(cut) > max_length // 2 else slug[:max_length]
    return slug.strip("-_")


def numbered(slug: str, number: int, max_length: int) -> str:
    """`slug` with "-number" behind it, within `max_length` characters."""
    tail = f"-{number}"
    return slug[: max_length - len(tail)].rstrip("-") + tail
