"""What a reader gets from finished HTML: its words in order, and its pictures."""

import re
from html.parser import HTMLParser

from .pictures import PICTURES_PATH, STAND_INS, authors_words

_BLOCKS_NAMES = """
    blockquote br caption dd details div dl dt figcaption figure h2 h3 h4 h5 h6 hr li ol p pre
    section summary table tbody td tfoot th thead tr ul
"""
_BLOCKS = frozenset(_BLOCKS_NAMES.split())
_VOID = frozenset({"br", "col", "hr", "img", "wbr"})
_SILENT = frozenset({"footnote-ref", "footnote-back", "task-box", "heading-anchor"})
_SPACES = re.compile(r"\s+")
_LINE_ENDS = re.compile(r"[ \t]*\n\s*")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.pictures: set[str] = set()
        self.preformatted = 0
        # One entry for each open element: its tag, and where a stand-in began or None.
        self.open: list[tuple[str, int | None, bool]] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        classes = set(found.get("class", "").split())
        for address in (found.get("src", ""), found.get("href", "")):
            if address.startswith(PICTURES_PATH):
                self.pictures.add(re.split("[?#]", address.removeprefix(PICTURES_PATH))[0])
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "img" and found.get("alt"):
            self.parts.append(found["alt"])
        if tag in _VOID:
            return
        silent = bool(classes & _SILENT)
        self.open.append((tag, len(self.parts) if classes & STAND_INS else None, silent))
        self.silent += silent
        self.preformatted += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        # Sanitized HTML is balanced; only void elements have no end.
        if not self.open or self.open[-1][0] != tag:
            return
        _tag, start, silent = self.open.pop()
        self.silent -= silent
        self.preformatted -= tag == "pre"
        if start is not None:
            self.parts[start:] = [authors_words("".join(self.parts[start:]))]
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data if self.preformatted else _SPACES.sub(" ", data))


def read(html: str) -> tuple[str, frozenset[str]]:
    """The reading text of `html`, and the file names of our pictures in it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = _LINE_ENDS.sub("\n", "".join(reader.parts)).strip()
    return text, frozenset(name for name in reader.pictures if name)
