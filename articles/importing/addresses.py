"""Where in a Markdown text links and pictures name their addresses, and how to change those.

A pattern over the whole text would change code too; here code blocks are left out by their
place, code spans by their backticks, and escaped brackets by their backslash. Everything
takes a time proportional to the text.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape, unescape

from markdown_it.helpers import parseLinkDestination

from .layout import Layout, Region, Stretch

_SPECIAL = re.compile(r"[\\`\[\]<!|]")
_TICKS = re.compile("`+")
_SPACE = re.compile(r"[ \t]*\n?[ \t>]*")
_ENDING = re.compile(
    r"""(?:[ \t\n>]+(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\)))?[ \t\n>]*\)"""
)
_TAG = re.compile(r"""<([A-Za-z][A-Za-z0-9-]*)((?:"[^"]*"|'[^']*'|[^'"<>])*+)>""")
_LONGEST_TAG = 8_192  # characters; without a bound, unclosed quotes take quadratic time
_AUTOLINK = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*>")
_ATTRIBUTE = re.compile(
    r"""(?<![^\s"'])(src|href)\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s"'=<>`]+)""", re.IGNORECASE
)
_RAW_ELEMENT = re.compile(r"<(pre|code|script|style|textarea)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """One address: what it says, and which characters of the text say it."""

    url: str
    start: int
    end: int
    is_picture: bool
    in_html: bool = False

    def written(self, url: str) -> str:
        """`url` as it has to be written at this place."""
        if self.in_html:
            return f'"{escape(url)}"'
        return f"<{url}>" if re.search(r"[\s()<>]", url) else url


def find(text: str) -> list[Address]:
    """Every address of a link or a picture, in order."""
    found: list[Address] = []
    for region in Layout(text).regions():
        if region.kind is Stretch.HTML:
            found += _in_html(text, region)
        elif region.kind is Stretch.DEFINITION:
            place = parseLinkDestination(text, region.start, region.end)
            if place.ok and place.str:
                found.append(Address(place.str, region.start, place.pos, False))
        else:
            found += _Prose(text, region).addresses()
    return sorted(set(found), key=lambda address: address.start)


def rewrite(text: str, choose: Callable[[Address], str | None]) -> str:
    """The text with each address replaced by what `choose` returns for it; None leaves it."""
    parts, position = [], 0
    for address in find(text):
        url = choose(address)
        if url is not None and address.start >= position:
            parts += [text[position : address.start], address.written(url)]
            position = address.end
    return "".join([*parts, text[position:]])


class _Prose:
    """A scanner of one stretch of prose, or of the cells of one row of a table."""

    def __init__(self, text: str, region: Region) -> None:
        self.text, self.start, self.end = text, region.start, region.end
        self.is_row = region.kind is Stretch.ROW
        self.brackets: list[bool] = []  # of those open: does a picture begin there?
        self.ticks: dict[int, list[int]] = {}
        for run in _TICKS.finditer(text, self.start, self.end):
            self.ticks.setdefault(len(run[0]), []).append(run.start())

    def addresses(self) -> Iterator[Address]:
        position = self.start
        while found := _SPECIAL.search(self.text, position, self.end):
            position = found.start()
            character = found[0]
            if character == "\\":
                position += 2
            elif character == "`":
                position = self._behind_code(position)
            elif character == "<":
                tag = _TAG.match(self.text, position, min(self.end, position + _LONGEST_TAG))
                if tag:
                    yield from _in_tag(tag)
                position = self._behind_markup(position, tag)
            elif character == "|":
                # Nothing reaches from one cell into the next.
                self.brackets = [] if self.is_row else self.brackets
                position += 1
            elif character == "]":
                address = self._behind_bracket(position)
                if address:
                    yield address
                position = address.end if address else position + 1
            else:
                is_picture = character == "!" and self.text.startswith("[", position + 1)
                if is_picture or character == "[":
                    self.brackets.append(is_picture)
                position += 2 if is_picture else 1

    def _behind_code(self, position: int) -> int:
        run = _TICKS.match(self.text, position, self.end)
        length = len(run[0]) if run else 1
        places = self.ticks.get(length, [])
        index = bisect_right(places, position)
        if index == len(places):
            return position + length
        if self.is_row and "|" in self.text[position : places[index]].replace("\\|", ""):
            return position + length
        return places[index] + length

    def _behind_markup(self, position: int, tag: re.Match[str] | None) -> int:
        if self.text.startswith("<!--", position):
            end = self.text.find("-->", position, self.end)
            return end + 3 if end >= 0 else self.end
        found = tag or _AUTOLINK.match(self.text, position, self.end)
        return found.end() if found else position + 1

    def _behind_bracket(self, position: int) -> Address | None:
        if not self.brackets:
            return None
        is_picture = self.brackets.pop()
        if not self.text.startswith("(", position + 1):
            return None
        space = _SPACE.match(self.text, position + 2, self.end)
        start = space.end() if space else position + 2
        place = parseLinkDestination(self.text, start, self.end)
        if not place.ok or not place.str or not _ENDING.match(self.text, place.pos, self.end):
            return None
        return Address(place.str, start, place.pos, is_picture)


def _in_html(text: str, region: Region) -> Iterator[Address]:
    """The addresses in a block of raw HTML, comments and code in it left out."""
    position = region.start
    while (position := text.find("<", position, region.end)) >= 0:
        if text.startswith("<!--", position):
            end = text.find("-->", position, region.end)
            position = end + 3 if end >= 0 else region.end
        elif raw := _RAW_ELEMENT.match(text, position, region.end):
            closing = re.compile(rf"</{raw[1]}\s*>", re.IGNORECASE)
            found = closing.search(text, raw.end(), region.end)
            position = found.end() if found else region.end
        elif tag := _TAG.match(text, position, min(region.end, position + _LONGEST_TAG)):
            yield from _in_tag(tag)
            position = tag.end()
        else:
            position += 1


def _in_tag(tag: re.Match[str]) -> Iterator[Address]:
    wanted = {"img": "src", "a": "href"}.get(tag[1].lower())
    if wanted is None:
        return
    for attribute in _ATTRIBUTE.finditer(tag.string, *tag.span(2)):
        if attribute[1].lower() == wanted:
            start, end = attribute.span("value")
            url = unescape(tag.string[start:end].strip("\"'")).strip()
            yield Address(url, start, end, is_picture=wanted == "src", in_html=True)
            return
