"""Headings: their levels below the page's own, their anchors, the table of contents.

The usual anchor plugin searches for a free id from the beginning each time; with many
equal headings that is quadratic, hence this one.
"""

import re
import unicodedata
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# Before every id, so that none of an author's can stand for a property of the document.
PREFIX = "h-"
_LISTED = range(2, 5)
_LONGEST = 80
_SEPARATORS = re.compile(r"[\W_]+")


def anchor(text: str) -> str:
    """The id for a heading of that text. Chinese stays readable."""
    words = _SEPARATORS.sub("-", unicodedata.normalize("NFKC", text).lower()).strip("-")
    return PREFIX + (words[:_LONGEST].strip("-") or "section")


def plain_text(tokens: Sequence[Token] | None) -> str:
    """The words of inline tokens, without markup."""
    parts = []
    for token in tokens or ():
        if token.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif token.type == "image":
            parts.append(plain_text(token.children))
        elif token.type in {"text", "code_inline", "text_special"}:
            parts.append(token.content)
    return " ".join("".join(parts).split())


class _Anchors:
    """Ids that are given once each; the next number of a text is remembered."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.numbers: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """`wanted`, or the first free `wanted-2`, `wanted-3`, …"""
        chosen = wanted
        while chosen in self.taken:
            self.numbers[wanted] = self.numbers.get(wanted, 1) + 1
            chosen = f"{wanted}-{self.numbers[wanted]}"
        self.taken.add(chosen)
        return chosen


def _permalink(identifier: str) -> list[Token]:
    # Empty: its sign comes from the style sheet, so that copied headings stay clean.
    attributes: dict[str, str | int | float] = {
        "class": "heading-anchor",
        "href": f"#{identifier}",
        "aria-label": "本节链接",
    }
    return [Token("link_open", "a", 1, attrs=attributes), Token("link_close", "a", -1)]


def _anchor_headings(state: StateCore) -> None:
    tokens = state.tokens
    # The page's title is its only h1; a text that uses # for itself moves down as a whole.
    shift = int(any(token.type == "heading_open" and token.tag == "h1" for token in tokens))
    anchors = _Anchors()
    listed = []
    for index, token in enumerate(tokens):
        if token.type not in {"heading_open", "heading_close"}:
            continue
        level = min(int(token.tag[1]) + shift, 6)
        token.tag = f"h{level}"
        if token.type == "heading_close":
            continue
        inline = tokens[index + 1]
        text = plain_text(inline.children)
        identifier = anchors.take(anchor(text))
        token.attrSet("id", identifier)
        if text:
            inline.children = [*(inline.children or ()), *_permalink(identifier)]
            if level in _LISTED:
                listed.append((level, identifier, text))
    state.env["headings"] = listed


def install(markdown: MarkdownIt) -> None:
    """Anchor and list the headings."""
    markdown.core.ruler.push("anchored_headings", _anchor_headings)
