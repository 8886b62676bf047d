"""HTML that authors write into their Markdown, and pictures of both kinds.

Nothing here is for safety, the sanitizer comes later; it is for what a reader sees:
`List<String>` stays readable, an unclosed `<script>` does not swallow the article, and a
foreign `<img>` becomes the same link as a foreign `![…](…)`.
"""

import re
from html import escape
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.html_block import html_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.html_inline import html_inline
from markdown_it.token import Token

from .headings import plain_text
from .links import EXTERNAL_REL, is_external
from .pictures import is_own, picture_html
from .sanitizing import ALLOWED_TAGS, EMPTIED_TAGS

_STRIPPED_TAG_NAMES = """
    acronym address area article aside audio base basefont bdi bdo big body button canvas center
    data datalist dialog dir embed fieldset font footer form frame frameset h1 head header
    hgroup html input label legend link main map menu meta meter nav nobr optgroup option
    output param picture progress search slot source strike time track tt video
"""
_STRIPPED_TAGS = frozenset(_STRIPPED_TAG_NAMES.split())
_KNOWN_TAGS = ALLOWED_TAGS | EMPTIED_TAGS | _STRIPPED_TAGS
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:._-]*)")
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9:._-]*)((?:"[^"]*"|'[^']*'|[^'"<>])*+)(>?)""")


class _Attributes(HTMLParser):
    """The attributes of one tag, decoded as a browser would; the first of a name counts."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.found.setdefault(name, value or "")

    handle_startendtag = handle_starttag


def _is_html(name: str) -> bool:
    """Is it a tag rather than a type parameter such as `<String>` or `<T>`?"""
    written_as_tag = name.islower() or (name.isupper() and len(name) > 1)
    return written_as_tag and name.lower() in _KNOWN_TAGS


def _anchor_tag(tag: str) -> str:
    found = _Attributes(tag).found
    kept = {"href": found.get("href"), "title": found.get("title")}
    kept["id"] = found.get("id") or found.get("name")
    if is_external(kept["href"] or ""):
        kept["rel"] = EXTERNAL_REL
    return "<a" + "".join(f' {k}="{escape(v)}"' for k, v in kept.items() if v) + ">"


def _image_tag(tag: str, inside_link: bool) -> str:
    found = _Attributes(tag).found
    return picture_html(
        found.get("src", ""),
        found.get("alt", ""),
        title=found.get("title", ""),
        width=found.get("width", ""),
        height=found.get("height", ""),
        inside_link=inside_link,
    )


class _Rewriter:
    """Rewrites raw tags one by one, and knows whether it stands inside a link."""

    def __init__(self) -> None:
        self.links = 0

    def tag(self, found: re.Match[str]) -> str:
        """What is written in place of one tag."""
        closing, name, attributes, end = found.groups()
        lower = name.lower()
        if not _is_html(name):
            return "&lt;" + found[0][1:]
        if lower == "h1":
            return f"<{closing}h2{attributes}{end}"
        if lower == "center":
            return "</div>" if closing else '<div class="align-center">'
        if lower == "a" and end:
            self.links = max(0, self.links + (-1 if closing else 1))
            return "</a>" if closing else _anchor_tag(found[0])
        if lower == "img" and end and not closing:
            return _image_tag(found[0], inside_link=self.links > 0)
        return found[0]

    def block(self, html: str) -> str:
        """A block of raw HTML, rewritten."""
        lower = html.lower()
        last = {name: lower.rfind(f"</{name}") for name in EMPTIED_TAGS if f"<{name}" in lower}

        def rewrite(found: re.Match[str]) -> str:
            name = found[2].lower()
            if not found[1] and name in last and last[name] < found.start():
                return "&lt;" + found[0][1:]
            return self.tag(found)

        return _TAG.sub(rewrite, html)

    def inline(self, tokens: list[Token]) -> None:
        """The children of one inline token, rewritten in place."""
        _show_unclosed(tokens)
        for token in tokens:
            if token.type == "link_open":
                self.links += 1
            elif token.type == "link_close":
                self.links = max(0, self.links - 1)
            elif token.type == "html_inline":
                token.content = _TAG.sub(self.tag, token.content)
            elif token.type == "image":
                self.image(token)

    def image(self, token: Token) -> None:
        """Turn a Markdown picture into its HTML."""
        token.content = picture_html(
            str(token.attrGet("src") or ""),
            plain_text(token.children),
            title=str(token.attrGet("title") or ""),
            inside_link=self.links > 0,
        )
        token.type, token.children = "html_inline", None


def _show_unclosed(tokens: list[Token]) -> None:
    """Show as text each tag that would empty the rest of the article for want of its end."""
    closed: set[str] = set()
    for token in reversed(tokens):
        found = _NAME.match(token.content) if token.type == "html_inline" else None
        if not found or (name := found[1].lower()) not in EMPTIED_TAGS:
            continue
        if token.content.startswith("</"):
            closed.add(name)
        elif name not in closed:
            token.type = "text"


def _frame(tokens: list[Token], index: int) -> None:
    """Make a figure of a paragraph that holds one picture of ours with a title."""
    opening, inline, closing = tokens[index - 1 : index + 2]
    children = inline.children or []
    if opening.type != "paragraph_open" or opening.hidden:
        return
    picture = _only_picture(children)
    if picture is None or not is_own(str(picture.attrGet("src"))):
        return
    title = str(picture.attrs.pop("title", "")).strip()
    if not title:
        return
    opening.tag = closing.tag = "figure"
    caption = Token("figcaption_open", "figcaption", 1)
    text = Token("text", "", 0, content=title)
    inline.children = [*children, caption, text, Token("figcaption_close", "figcaption", -1)]


def _only_picture(children: list[Token]) -> Token | None:
    """The picture that is all there is, perhaps as a link to something."""
    if [token.type for token in children] == ["link_open", "image", "link_close"]:
        return children[1]
    return children[0] if len(children) == 1 and children[0].type == "image" else None


def _rewrite(state: StateCore) -> None:
    rewriter = _Rewriter()
    for index, token in enumerate(state.tokens):
        if token.type == "html_block":
            token.content = rewriter.block(token.content)
        elif token.type == "inline":
            if 0 < index < len(state.tokens) - 1:
                _frame(state.tokens, index)
            rewriter.inline(token.children or [])


def _names_no_tag(source: str, position: int) -> bool:
    found = _NAME.match(source, position)
    return found is not None and not _is_html(found[1])


def _html_inline(state: StateInline, silent: bool) -> bool:
    return not _names_no_tag(state.src, state.pos) and html_inline(state, silent)


def _html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    position = state.bMarks[start] + state.tShift[start]
    return not _names_no_tag(state.src, position) and html_block(state, start, end, silent)


def install(markdown: MarkdownIt) -> None:
    """Take only real tags for HTML, and rewrite those."""
    markdown.inline.ruler.at("html_inline", _html_inline)
    terminates: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
    markdown.block.ruler.at("html_block", _html_block, terminates)
    markdown.core.ruler.push("raw_html", _rewrite)
