"""Plain text: single lines, XML's characters, the opening of a text, how long it takes to read."""

import re

# C0 and C1 controls, zero-width and bidirectional marks, surrogates, and what is no character.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ud800-\udfff\ufffe\uffff]"
)
# What XML 1.0 allows, section 2.2; Django's own check lets U+FFFE through.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_WORD = re.compile("[A-Za-z0-9_]+")


def one_line(text: str) -> str:
    """`text` without invisible characters, every run of white space one space."""
    return " ".join(without_invisible(text).split())


def without_invisible(text: str) -> str:
    """`text` without invisible characters; white space stays as it is, as a command needs it."""
    return _INVISIBLE.sub("", text)


def xml_text(text: str) -> str:
    """`text` without the characters that may not stand in an XML document."""
    return _NOT_XML.sub("", text)


def opening(text: str, length: int = 120) -> str:
    """The beginning of a text, cut behind a sentence where one ends within `length` characters."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    head = flat[:length]
    end = max(head.rfind(mark) for mark in "。！？")
    return head[: end + 1] if end >= length // 3 else head.rstrip("，、；： ") + "…"


def reading_minutes(text: str) -> int:
    """Minutes that reading takes, at least 1: 400 Han characters or 200 words in a minute.

    Speeds of silent reading are from Brysbaert, "How many words do we read per minute?"
    (Journal of Memory and Language 109, 2019): about 238 English words and 260 Chinese words
    of some 1.5 characters; rounded down, because technical texts read slower.
    """
    characters = len(_HAN.findall(text))
    words = len(_WORD.findall(text))
    return max(1, round(characters / 400 + words / 200))
