"""Find the terms of a glossary in a text and mark each where it is first used: pure functions.

A name is looked up in a dictionary, not by a pattern of all names: Python's patterns try one
alternative after the other, which takes seconds for thousands of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape

from content import markup

# More would make a page a minefield; the rest is in the glossary all the same.
MAX_MARKS = 12
# Where a mark would be a link inside a link, part of something that is copied or pressed, or
# in the way of a heading.
_UNMARKED_NAMES = """
    a abbr caption code dfn figcaption h2 h3 h4 h5 h6 kbd pre ruby samp summary var
"""
_UNMARKED = frozenset(_UNMARKED_NAMES.split())
_UNMARKED_ATTRIBUTES = re.compile(r'\srole="|\sclass="(?:[^"]* )?(?:box-title|code-title)[ "]')
# What ends a word for its neighbours; other elements may stand inside one.
_BREAK_NAMES = """
    blockquote br caption dd details div dl dt figcaption figure h2 h3 h4 h5 h6 hr img li ol p
    pre section summary table tbody td tfoot th thead tr ul wbr
"""
_BREAKS = frozenset(_BREAK_NAMES.split())


@dataclass(frozen=True)
class Entry:
    """A term: all its names, where the glossary explains it, and how."""

    names: tuple[str, ...]
    anchor: str
    address: str
    explanation: str


@dataclass(frozen=True)
class Found:
    """A place in a text where a name of `entry` stands."""

    start: int
    end: int
    entry: Entry


class Glossary:
    """The names of terms, ready to be found. A name that two terms share is the first one's."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[str, Entry] = {}
        lengths: dict[str, set[int]] = {}
        for entry in entries:
            for name in map(_folded, entry.names):
                if name:
                    self._entries.setdefault(name, entry)
                    lengths.setdefault(name[0], set()).add(len(name))
        self._lengths = {first: sorted(known, reverse=True) for first, known in lengths.items()}
        self._firsts = re.compile(f"[{re.escape(''.join(lengths))}]") if lengths else None

    def __bool__(self) -> bool:
        return bool(self._entries)

    def find(self, text: str, before: str = "", after: str = "") -> Iterator[Found]:
        """The names in `text` from left to right, the longest where several begin.

        `before` and `after` are the characters around it.
        """
        if self._firsts is None:
            return
        # With its neighbours, so that the borders of words are the same everywhere.
        whole = f"{before}{_folded(text)}{after}"
        shift, end = len(before), len(before) + len(text)
        position = shift
        while (first := self._firsts.search(whole, position, end)) is not None:
            found = self._longest(whole, first.start(), end)
            if found is None:
                position = first.end()
                continue
            position = found.end
            yield Found(found.start - shift, found.end - shift, found.entry)

    def _longest(self, whole: str, start: int, limit: int) -> Found | None:
        if not _begins_word(whole, start):
            return None
        for length in self._lengths[whole[start]]:
            end = start + length
            entry = self._entries.get(whole[start:end]) if end <= limit else None
            if entry is not None and _ends_word(whole, end):
                return Found(start, end, entry)
        return None


def _folded(text: str) -> str:
    """`text` in lower case, character by character, so that places stay where they are."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def _is_letter(character: str) -> bool:
    """A character of a word that spaces separate: not of Chinese, which is written without."""
    return (character.isalnum() or character == "_") and character < "\u2e80"


def _begins_word(text: str, start: int) -> bool:
    if start == 0 or not _is_letter(text[start]):
        return True
    # The net of .net and the cli of redis-cli are no words of their own.
    return not _is_letter(text[start - 1]) and text[start - 1] not in ".-@#$"


def _ends_word(text: str, end: int) -> bool:
    if end == len(text) or not _is_letter(text[end - 1]):
        return True
    following = text[end]
    if _is_letter(following) or following in "+#":
        return False
    # A full stop ends a sentence, or goes on: node.js, redis-cli.
    goes_on = end + 1 < len(text) and _is_letter(text[end + 1])
    return not (following in ".-@" and goes_on)


def mark(html: str, glossary: Glossary, show: Callable[[str, Entry], str]) -> str:
    """`html` with each term marked at its first use, at most `MAX_MARKS` of them.

    `show` makes the HTML of one mark from the text as it stands and the term.
    """
    if not glossary:
        return html
    parts = markup.split(html)
    marked: set[Entry] = set()
    open_elements: list[bool] = []  # for each: does it forbid marks?
    forbidding = 0
    for index, part in enumerate(parts):
        if len(marked) == MAX_MARKS:
            break
        if index % 2:
            if markup.opens(part):
                open_elements.append(_is_unmarked(part))
                forbidding += open_elements[-1]
            elif markup.closes(part) and open_elements:
                forbidding -= open_elements.pop()
        elif part and not forbidding:
            parts[index] = _marked(parts, index, glossary, marked, show)
    return "".join(parts)


def _is_unmarked(tag: str) -> bool:
    return markup.name_of(tag) in _UNMARKED or bool(_UNMARKED_ATTRIBUTES.search(tag))


def _marked(
    parts: list[str],
    index: int,
    glossary: Glossary,
    marked: set[Entry],
    show: Callable[[str, Entry], str],
) -> str:
    """The text at `index` with its marks; adds to `marked`."""
    text = unescape(parts[index])
    pieces, position = [], 0
    for found in glossary.find(text, _neighbour(parts, index, -1), _neighbour(parts, index, +1)):
        if found.entry in marked:
            continue
        marked.add(found.entry)
        pieces.append(escape(text[position : found.start], quote=False))
        pieces.append(show(text[found.start : found.end], found.entry))
        position = found.end
        if len(marked) == MAX_MARKS:
            break
    if not pieces:
        return parts[index]
    return "".join(pieces) + escape(text[position:], quote=False)


def _neighbour(parts: list[str], index: int, step: int) -> str:
    """The two characters of the same line of text before or after the text at `index`."""
    while 0 < index + step < len(parts) - 1:
        if markup.name_of(parts[index + step]) in _BREAKS:
            return ""
        index += 2 * step
        if parts[index]:
            text = unescape(parts[index])
            return text[:2] if step > 0 else text[-2:]
    return ""
