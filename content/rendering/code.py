"""Code blocks, coloured on the server with classes only.

The line behind the fence is read as VuePress does: `java{1,3-5} title="Demo.java"`.
"""

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class, get_all_lexers

# Beyond these a block stays plain, so that colours never cost an article its time limit.
_LONGEST_BLOCK = 20_000  # characters
_LONGEST_LINE = 2_000
_MOST_CODE = 100_000  # in one article
_MOST_LANGUAGES = 16  # each costs an import the first time

_PLAIN = frozenset({"", "text", "txt", "plain", "plaintext", "none", "console-output"})
_LANGUAGE = re.compile(r"\.?([^\s{:\[]+)")
_LINES = re.compile(r"\{([\d,\s-]{1,200})\}")
_TITLE = re.compile(r"""title=(?:"([^"]*)"|'([^']*)'|(\S+))""")
_HIGHLIGHTED_LINES = 500


@cache
def _lexer_names() -> dict[str, str]:
    # Asking Pygments for an unknown name searches all installed packages each time.
    return {
        alias.lower(): name
        for name, aliases, _files, _types in get_all_lexers(plugins=False)
        for alias in (name, *aliases)
    }


def _lexer(language: str) -> Lexer | None:
    name = None if language in _PLAIN else _lexer_names().get(language)
    lexer_class = find_lexer_class(name) if name else None
    return lexer_class(stripnl=False) if lexer_class else None


def _line_numbers(info: str) -> list[int]:
    found = _LINES.search(info)
    numbers: list[int] = []
    for part in found[1].split(",") if found else ():
        first, _, last = part.strip().partition("-")
        if first.strip().isdigit():
            start = int(first)
            end = int(last) if last.strip().isdigit() else start
            numbers += range(start, min(end, start + _HIGHLIGHTED_LINES) + 1)
    return numbers[:_HIGHLIGHTED_LINES]


def _may_be_coloured(code: str, language: str, env: dict[str, Any]) -> bool:
    languages = env.setdefault("code_languages", set())
    spent = env.get("code_characters", 0) + len(code)
    if len(code) > _LONGEST_BLOCK or spent > _MOST_CODE:
        return False
    if language not in languages and len(languages) >= _MOST_LANGUAGES:
        return False
    if any(len(line) > _LONGEST_LINE for line in code.splitlines()):
        return False
    languages.add(language)
    env["code_characters"] = spent
    return True


def code_html(code: str, info: str, env: dict[str, Any]) -> str:
    """One block of code with its language, its title and its marked lines."""
    found = _LANGUAGE.match(info)
    language = found[1].lower() if found and "=" not in found[1] else ""
    lexer = _lexer(language)
    if lexer is not None and _may_be_coloured(code, language, env):
        formatter = HtmlFormatter(nowrap=True, hl_lines=_line_numbers(info))
        inner = highlight(code, lexer, formatter)
    else:
        inner = escape(code)
    shown = lexer.name if lexer else language if language not in _PLAIN else ""
    label = f' data-language="{escape(shown)}"' if shown else ""
    css_class = f' class="language-{escape(language)}"' if language else ""
    title = _TITLE.search(info)
    name = next((part for part in title.groups() if part), "") if title else ""
    heading = f'<p class="code-title">{escape(name)}</p>' if name else ""
    # Focusable: long lines are scrolled with the keyboard too.
    pre = f'<pre class="highlight" tabindex="0"><code{css_class}>{inner}</code></pre>'
    return f'<div class="code"{label}>{heading}{pre}</div>\n'


def _fence(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    return code_html(token.content, unescapeAll(token.info).strip(), env)


def _indented(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return code_html(tokens[index].content, "", env)


def install(markdown: MarkdownIt) -> None:
    """Write fenced and indented code alike."""
    markdown.add_render_rule("fence", _fence)
    markdown.add_render_rule("code_block", _indented)
