"""Plain text: single lines without what cannot be seen, XML's characters, the opening of a text."""

import re

# C0 and C1 controls, zero-width and bidirectional marks, surrogates, and what is no character.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ud800-\udfff\ufffe\uffff]"
)
# What XML 1.0 allows, section 2.2; Django's own check lets U+FFFE through.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def one_line(text: str) -> str:
    """`text` without invisible characters, every run of white space one space."""
    return " ".join(_INVISIBLE.sub("", text).split())


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
