"""How Han words sound, in one spelling for what many speakers do not tell apart.

Needs pypinyin, and does without: then nothing has a sound.
"""

import re
import unicodedata
from functools import cache

# Written in one way, for many speakers do not tell these apart.
_ALIKE = re.compile(r"(?<=[zcs])h|(?<=n)g")


def sound(word: str) -> str:
    """How a Han word sounds, "" where that is not known."""
    readings = _readings()
    syllables = [readings.get(character, "") for character in word]
    return alike("".join(syllables)) if all(syllables) else ""


def alike(pinyin: str) -> str:
    """One spelling for what sounds alike to many: shujuku and sujuku."""
    return _ALIKE.sub("", pinyin)


def alike_characters(character: str) -> str:
    """The characters in everyday use that sound like this one, itself among them."""
    return _characters_by_sound().get(sound(character), "")


@cache
def _readings() -> dict[str, str]:
    """The commonest reading of each character, without its tone."""
    try:
        from pypinyin.pinyin_dict import pinyin_dict
    except ImportError:
        return {}
    return {
        chr(point): "".join(
            letter
            for letter in unicodedata.normalize("NFD", readings.partition(",")[0])
            if letter.isascii()
        )
        for point, readings in pinyin_dict.items()
    }


@cache
def _characters_by_sound() -> dict[str, str]:
    found: dict[str, str] = {}
    for character in _readings():
        try:
            character.encode("gb2312")
        except UnicodeEncodeError:
            continue
        found[sound(character)] = found.get(sound(character), "") + character
    return found
