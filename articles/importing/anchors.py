"""Where a `#fragment` written for another generator's page leads on ours."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from content.rendering.headings import plain_text
from content.rendering.links import own_anchor
from content.rendering.parser import parser

_NUMBERED = re.compile(r"^(.*?)-(\d{1,3})$")
_HTML_ID = re.compile(r"""<[a-zA-Z][^<>]*?\s(?:id|name)\s*=\s*["']?([^\s"'<>]+)""")


class Anchors:
    """The places of one text that a link can lead to."""

    def __init__(self, text: str) -> None:
        self.ids: set[str] = set()
        self.by_words: dict[str, list[str]] = {}
        try:
            tokens: Sequence = parser().parse(text)
        except RecursionError:
            tokens = ()
        for token, inline in pairwise(tokens):
            if token.type == "heading_open":
                identifier = str(token.attrGet("id"))
                self.ids.add(identifier)
                words = _squeezed(plain_text(inline.children))
                self.by_words.setdefault(words, []).append(identifier)
        self.ids |= {own_anchor(found) for found in _HTML_ID.findall(text)}

    def find(self, fragment: str) -> str | None:
        """Our fragment for `fragment`, or None when there is no such place.

        Generators treat case, punctuation and a leading digit differently, so what counts
        is the letters and digits; behind a repeated heading they write a number.
        """
        own = own_anchor(fragment)
        if own in self.ids:
            return own
        same = self.by_words.get(_squeezed(fragment))
        if same:
            return same[0]
        numbered = _NUMBERED.match(fragment)
        if numbered:
            same = self.by_words.get(_squeezed(numbered[1]), [])
            number = int(numbered[2])
            return same[number] if number < len(same) else None
        return None


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
