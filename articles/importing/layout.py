"""Which stretches of a Markdown text are prose, raw HTML or code, told by the site's parser.

Only blocks are parsed, which takes a few milliseconds whatever was written; what stands
inside a paragraph is for `addresses`.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum, auto

from markdown_it.token import Token

from content.rendering.headings import plain_text
from content.rendering.parser import parser

_DEFINITION = re.compile(r"[ \t>]*\[(?!\^)(?:[^\[\]\\\n]|\\.)+\]:[ \t]*(?=\S)")
_MORE = re.compile(r"^[ \t]*<!--[ \t]*more[ \t]*-->[ \t]*$\n?", re.MULTILINE | re.IGNORECASE)


class Stretch(Enum):
    """What a stretch of text is."""

    PROSE = auto()
    ROW = auto()  # of a table
    DEFINITION = auto()  # [name]: address
    HTML = auto()


@dataclass(frozen=True)
class Region:
    """A stretch of the text, in characters."""

    kind: Stretch
    start: int
    end: int


@dataclass(frozen=True)
class FoundHeading:
    """A heading with its place in the text; `is_first` when nothing is read before it."""

    text: str
    level: int
    start: int
    end: int
    is_first: bool


class Layout:
    """A text and its blocks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(found.end() for found in re.finditer("\n", text)), len(text) + 1]
        self.tokens: list[Token] = []
        markdown = parser()
        markdown.block.parse(text, markdown, {}, self.tokens)

    def offsets(self, lines: list[int]) -> tuple[int, int]:
        """Where these lines, from the first up to but not including the second, begin and end."""
        last = len(self.starts) - 1
        end = min(self.starts[min(lines[1], last)], len(self.text))
        return self.starts[min(lines[0], last)], max(end, 0)

    def regions(self) -> list[Region]:
        """Everything that may hold an address, in order; code is left out."""
        found: dict[tuple[int, int], Stretch] = {}
        code: set[int] = set()
        before = None
        for token in self.tokens:
            if token.map is None:
                before = token
                continue
            lines = (token.map[0], token.map[1])
            if token.type in {"fence", "code_block"}:
                code.update(range(*lines))
            elif token.type == "html_block":
                found[lines] = Stretch.HTML
            elif token.type == "inline":
                is_cell = before is not None and before.type in {"td_open", "th_open"}
                found[lines] = Stretch.ROW if is_cell else Stretch.PROSE
            before = token
        regions = [Region(kind, *self.offsets(list(lines))) for lines, kind in found.items()]
        covered = code.union(*(range(*lines) for lines in found))
        regions += self._uncovered(covered)
        return sorted(regions, key=lambda region: region.start)

    def _uncovered(self, covered: set[int]) -> list[Region]:
        """Lines that leave no token behind: definitions of addresses, titles of boxes."""
        regions = []
        for line in range(len(self.starts) - 1):
            if line in covered:
                continue
            start, end = self.offsets([line, line + 1])
            definition = _DEFINITION.match(self.text, start, end)
            if definition:
                regions.append(Region(Stretch.DEFINITION, definition.end(), end))
            elif self.text.startswith(":::", start):
                regions.append(Region(Stretch.PROSE, start, end))
        return regions

    def first_heading(self) -> FoundHeading | None:
        """The first heading that has words."""
        is_first = True
        for index, token in enumerate(self.tokens):
            if token.type == "heading_open" and token.map:
                text = plain_text(parser().parseInline(self.tokens[index + 1].content)[0].children)
                if text:
                    start, end = self.offsets(token.map)
                    return FoundHeading(text, int(token.tag[1]), start, end, is_first)
            # Comments, and pictures above the title, are not read before it.
            is_read = token.type == "inline" and not _is_picture(token.content)
            if is_read or token.type in {"fence", "code_block", "table_open"}:
                is_first = False
        return None

    def excerpt_end(self) -> tuple[int, int] | None:
        """The place of Hexo's `<!-- more -->`, which parts the excerpt from the rest."""
        for found in _MORE.finditer(self.text):
            line = bisect_right(self.starts, found.start()) - 1
            for token in self.tokens:
                lines = token.map if token.type in {"fence", "code_block"} else None
                if lines and lines[0] <= line < lines[1]:
                    break
            else:
                return found.start(), found.end()
        return None


def _is_picture(content: str) -> bool:
    return re.fullmatch(r"\s*\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?\s*", content) is not None
