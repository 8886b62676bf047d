"""Boxes of VuePress: `::: tip 标题` … `:::`; a name of nobody's makes a plain box."""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

# Part of Chinese articles, not of the interface: stored with them, hence no gettext.
TITLES = {
    "tip": "提示",
    "note": "注意",
    "info": "信息",
    "warning": "警告",
    "danger": "危险",
    "details": "详情",
}
_ALIASES = {"caution": "danger", "important": "warning", "detail": "details"}
_OPENING = re.compile(r"\s*([A-Za-z][\w-]*)[ \t]*(.*)")


def _is_box(parameters: str, markup: str) -> bool:
    return _OPENING.match(parameters) is not None


def _kind_and_title(parameters: str) -> tuple[str, str]:
    found = _OPENING.match(parameters)
    if found is None:
        return "", ""
    name = found[1].lower()
    name = _ALIASES.get(name, name)
    return name, found[2].strip() or TITLES.get(name, "")


def _title_tokens(kind: str, title: str, level: int) -> list[Token]:
    tag = "summary" if kind == "details" else "p"
    attributes: dict[str, Any] = {} if kind == "details" else {"class": "box-title"}
    content = Token("inline", "", 0, content=title, children=[], level=level)
    opening = Token("box_title_open", tag, 1, attrs=attributes, block=True)
    return [opening, content, Token("box_title_close", tag, -1, block=True)]


def _title_boxes(state: StateCore) -> None:
    """Give each box its element and its title, before inline source is parsed."""
    tokens: list[Token] = []
    open_tags: list[str] = []
    for token in state.tokens:
        tokens.append(token)
        if token.type == "container_box_open":
            kind, title = _kind_and_title(token.info)
            token.tag = "details" if kind == "details" else "div"
            open_tags.append(token.tag)
            token.attrSet("class", f"box {kind}" if kind in TITLES else "box")
            if title:
                tokens += _title_tokens(kind, title, token.level + 1)
        elif token.type == "container_box_close":
            token.tag = open_tags.pop()
    state.tokens = tokens


def _render(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return self.renderToken(tokens, index, options, env)


def install(markdown: MarkdownIt) -> None:
    """Add the boxes."""
    container_plugin(markdown, "box", validate=_is_box, render=_render)
    markdown.core.ruler.before("inline", "box_titles", _title_boxes)
