"""Tables, task lists and footnotes, written so that they read well and scroll."""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

_ALIGNMENT = re.compile(r"text-align:\s*(left|center|right)")


def _table_open(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    # Focusable and named: a wide table is scrolled with the keyboard too.
    wrapper = '<div class="table-scroll" tabindex="0" role="group" aria-label="表格">'
    return f"{wrapper}{self.renderToken(tokens, index, options, env)}"


def _table_close(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


def _cell(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A cell with its alignment as a class: inline styles are forbidden on the site."""
    token = tokens[index]
    found = _ALIGNMENT.search(str(token.attrs.pop("style", "")))
    if found:
        token.attrSet("class", f"align-{found[1]}")
    return self.renderToken(tokens, index, options, env)


def _list_item(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A list item; the box of a task is a sign, not a form field that cannot be used."""
    token = tokens[index]
    if "checked" not in token.meta:
        return self.renderToken(tokens, index, options, env)
    done = token.meta["checked"]
    token.attrSet("class", "task done" if done else "task")
    label, sign = ("已完成", "☑") if done else ("未完成", "☐")
    box = f'<span class="task-box" role="img" aria-label="{label}">{sign}</span> '
    return self.renderToken(tokens, index, options, env) + box


def _number(token: Token, sub: bool = True) -> str:
    number = str(token.meta["id"] + 1)
    repeated = token.meta.get("subId", 0) if sub else 0
    return f"{number}-{repeated}" if repeated > 0 else number


def _footnote_ref(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    number = _number(token, sub=False)
    return (
        f'<sup class="footnote-ref" id="fnref-{_number(token)}">'
        f'<a href="#fn-{number}" aria-label="脚注 {number}">[{number}]</a></sup>'
    )


def _footnotes_open(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return '<section class="footnotes" aria-label="脚注">\n<ol>\n'


def _footnote_open(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<li id="fn-{_number(tokens[index], sub=False)}" class="footnote">'


def _backref(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    target = f"#fnref-{_number(tokens[index])}"
    # U+FE0E: the arrow as a letter, not as an emoji.
    return f' <a class="footnote-back" href="{target}" aria-label="回到正文">\u21a9\ufe0e</a>'


def install(markdown: MarkdownIt) -> None:
    """Use these writings instead of the libraries' own."""
    rules = {
        "table_open": _table_open,
        "table_close": _table_close,
        "th_open": _cell,
        "td_open": _cell,
        "list_item_open": _list_item,
        "footnote_ref": _footnote_ref,
        "footnote_block_open": _footnotes_open,
        "footnote_open": _footnote_open,
        "footnote_anchor": _backref,
    }
    for name, rule in rules.items():
        markdown.add_render_rule(name, rule)
