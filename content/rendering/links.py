"""Where links may lead, and what goes with those that leave the site."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .headings import anchor

EXTERNAL_REL = "nofollow noopener noreferrer"

_SCRIPT = re.compile(r"\s*(?:javascript|vbscript):", re.IGNORECASE)
_EXTERNAL = re.compile(r"\s*(?:https?:)?[/\\]{2}|\s*https?:", re.IGNORECASE)
_HOST = re.compile(r"[\w.\-:]{1,253}")
_OWN_ANCHOR = re.compile(r"(?:h-|fn-|fnref-)[\w-]+")


def is_harmless(url: str) -> bool:
    """Is `url` something that a link or a picture may be made of at all?"""
    return _SCRIPT.match(url) is None


def is_external(url: str) -> bool:
    """Does `url` lead to another site?"""
    return _EXTERNAL.match(url) is not None


def host_of(url: str) -> str:
    """The host that a browser would ask for `url`; "" when there is none to name."""
    try:
        # Browsers read a backslash as a slash.
        host = urlsplit(url.strip().replace("\\", "/")).hostname or ""
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""


def own_anchor(name: str) -> str:
    """The id in our namespace for `name`, as an author wrote it behind a `#` or as an id."""
    name = unquote(name)
    return name if _OWN_ANCHOR.fullmatch(name) else anchor(name)


def inline_tokens(tokens: list[Token]) -> Iterator[Token]:
    """Every token inside paragraphs, headings and cells."""
    for token in tokens:
        if token.type == "inline":
            yield from token.children or ()


def _mark_external(state: StateCore) -> None:
    for token in inline_tokens(state.tokens):
        if token.type == "link_open" and is_external(str(token.attrGet("href") or "")):
            token.attrSet("rel", EXTERNAL_REL)


def install(markdown: MarkdownIt) -> None:
    """Mark the links that leave the site."""
    markdown.core.ruler.push("external_links", _mark_external)
