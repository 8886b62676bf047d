"""Spellings that a reader takes for the same: width, case, 简体 and 繁體, one character to one.

Every folded text is as long as its original, so a position in one is the same position in
the other, and a mark made where the folded text matched stands right in the original.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

_TRADITIONAL = Path(__file__).parent / "data" / "traditional.txt"
# Surrogates, zero-width and bidirectional marks: invisible, and a way to hide text.
_INVISIBLE = re.compile(
    "[\x00\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_CONTROLS = re.compile("[\x01-\x1f\x7f-\x9f]")


def fold(text: str) -> str:
    """The text in one spelling: as long as the original, and folding it again changes nothing."""
    return text.lower() if text.isascii() else text.translate(_table())


def clean(text: str) -> str:
    """What may be searched for: without control characters, surrogates and invisible marks."""
    return _CONTROLS.sub(" ", _INVISIBLE.sub("", text))


@cache
def _table() -> str:
    """The folded character of each code point of the basic plane.

    A string and not a dictionary: `str.translate` indexes it three times as fast, and a
    character beyond its end (the other planes) stays as it is.
    """
    table = [_folded(chr(point)) for point in range(0x10000)]
    simplified = _simplified()
    # Twice: a character of compatibility folds to a traditional one, which folds again.
    for _ in range(2):
        table = [simplified.get(character, character) for character in table]
    return "".join(table)


def _folded(character: str) -> str:
    if "一" <= character <= "鿿" or "가" <= character <= "힣":
        return character
    plain = unicodedata.normalize("NFKC", character)
    plain = plain if len(plain) == 1 else character
    lower = plain.casefold()
    # İ becomes i and a combining dot: only the letter is kept.
    return lower[0] if len(lower) == 1 or unicodedata.combining(lower[1]) else plain.lower()[0]


@cache
def _simplified() -> dict[str, str]:
    lines = _TRADITIONAL.read_text(encoding="utf-8").splitlines()
    pairs = [pair for line in lines if not line.startswith("#") for pair in line.split()]
    return {pair[0]: pair[1] for pair in pairs}
