"""What Chinese text needs and CommonMark does not give it.

Emphasis beside full-width punctuation (`**注意：**请看`), bare links that end where
Chinese begins (`http://example.com。后文`), and lines joined without a space.
"""

from collections.abc import Sequence

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token

# For a character class: Han, kana, hangul, CJK and full-width punctuation, and the quotes,
# dash and ellipsis that Chinese shares with other scripts.
_HAN_AND_KANA = "\u2e80-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffee\U00020000-\U0003fffd"
_SHARED = "\u2014\u2018-\u201d\u2026"
_WIDE = f"{_HAN_AND_KANA}\uac00-\ud7af{_SHARED}"
_WIDE_RANGES = (
    (0x2E80, 0xA4CF),
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF01, 0xFFEE),
    (0x20000, 0x3FFFD),
)
_SHARED_CHARACTERS = frozenset("\u2014\u2018\u2019\u201a\u201b\u201c\u201d\u2026")
# Country codes are known to linkify; these are common behind "www." besides its own few.
_MORE_DOMAINS = ["app", "blog", "cloud", "dev", "ink", "online", "site", "tech", "top", "vip"]
_MORE_DOMAINS += ["wiki", "xyz"]


def is_wide(character: str) -> bool:
    """Is it a Chinese, Japanese or Korean character, or punctuation that goes with them?"""
    if not character:
        return False
    code = ord(character)
    return character in _SHARED_CHARACTERS or any(a <= code <= b for a, b in _WIDE_RANGES)


def _is_narrow_punctuation(character: str) -> bool:
    return not is_wide(character) and (isMdAsciiPunct(ord(character)) or isPunctChar(character))


class ChineseStateInline(StateInline):
    """An inline state whose `*` and `~~` look at their Chinese neighbours."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        """Like CommonMark's, but Chinese punctuation counts as a letter.

        Chinese has no spaces around words, so `：**请` cannot tell by a space on which side
        the emphasis is. `_` keeps the rule of the standard: names_like_this stay whole.
        """
        if not canSplitWord:
            return super().scanDelims(start, canSplitWord)
        marker = self.src[start]
        end = start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        before = self.src[start - 1] if start > 0 else " "
        after = self.src[end] if end < self.posMax else " "
        opens = _flanks(inner=after, outer=before)
        closes = _flanks(inner=before, outer=after)
        return Scanned(opens, closes, end - start)


def _flanks(inner: str, outer: str) -> bool:
    if isWhiteSpace(ord(inner)):
        return False
    if not _is_narrow_punctuation(inner):
        return True
    return isWhiteSpace(ord(outer)) or is_wide(outer) or _is_narrow_punctuation(outer)


class ChineseParserInline(ParserInline):
    """The inline parser with that state."""

    def parse(self, src, md, env, tokens):  # type: ignore[no-untyped-def]
        """Parse one run of inline source into `tokens`."""
        state = ChineseStateInline(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class ChineseLinkify(LinkifyIt):
    """Bare links that stop before Chinese; without a scheme only what starts with www.

    Overriding `match()` does nothing for links with a scheme, which the parser finds by
    `match_at_start()`; so the patterns themselves change, which both of them use.
    """

    def _on_compile(self) -> None:
        for name, pattern in self.re.items():
            self.re[name] = (
                pattern.replace("[><\uff5c]", f"[><\uff5c{_WIDE}]")
                .replace("(?:[$+<=>^`|\uff5c]|", f"(?:[$+<=>^`|\uff5c{_WIDE}]|")
                # node.js, README.md and main.rs are not links, though js.org may be one.
                .replace("((?![$+<=>^`|\uff5c])", "((?=www\\.)(?!\uff5c)")
            )


def _softbreak(
    self: object, tokens: Sequence[Token], index: int, options: object, env: object
) -> str:
    """A line end between two Chinese characters is no space."""
    before = tokens[index - 1].content[-1:] if index else ""
    after = tokens[index + 1].content[:1] if index + 1 < len(tokens) else ""
    return "" if is_wide(before) and is_wide(after) else "\n"


def install(markdown: MarkdownIt) -> None:
    """Teach `markdown` Chinese."""
    inline = ChineseParserInline()
    inline.ruler, inline.ruler2 = markdown.inline.ruler, markdown.inline.ruler2
    inline.terminator_re = markdown.inline.terminator_re
    markdown.inline = inline
    linkify = ChineseLinkify(options={"fuzzy_link": True, "fuzzy_email": False, "fuzzy_ip": False})
    linkify.tlds(_MORE_DOMAINS, keep_old=True)
    linkify.add("ftp:", None).add("//", None)
    markdown.linkify = linkify
    markdown.add_render_rule("softbreak", _softbreak)
