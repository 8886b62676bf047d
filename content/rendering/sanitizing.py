"""The allow-list that every page's HTML passes last."""

import re

import nh3
from pygments.token import STANDARD_TYPES

from .boxes import TITLES
from .links import EXTERNAL_REL, own_anchor
from .pictures import is_own

_ALLOWED_TAG_NAMES = """
    a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em
    figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp
    section small span strong sub summary sup table tbody td tfoot th thead tr u ul var wbr
"""
ALLOWED_TAGS = frozenset(_ALLOWED_TAG_NAMES.split())
# Removed with what they hold: it is not for readers, or would be read by other rules.
_EMPTIED_TAG_NAMES = """
    applet iframe math noembed noframes noscript object plaintext script select style svg template
    textarea title xmp
"""
EMPTIED_TAGS = frozenset(_EMPTIED_TAG_NAMES.split())
_ALIGNED = {"align-left", "align-center", "align-right"}
_CLASSES = {
    "a": {"footnote-back", "foreign-picture", "heading-anchor"},
    "code": set(),
    "details": {"box", "details"},
    "div": {"box", "code", "table-scroll", *TITLES, *_ALIGNED},
    "li": {"footnote", "task", "done"},
    "p": {"box-title", "code-title", *_ALIGNED},
    "pre": {"highlight"},
    "section": {"footnotes"},
    "span": {"foreign-picture", "missing-picture", "task-box", "hll"}
    | {name for name in STANDARD_TYPES.values() if name},
    "sup": {"footnote-ref"},
    "td": _ALIGNED,
    "th": _ALIGNED,
}
_ATTRIBUTES = {
    "*": {"id", "title"},
    "a": {"href", "aria-label"},
    "code": {"class"},
    "details": {"open"},
    "div": {"aria-label", "data-language"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "section": {"aria-label"},
    "span": {"aria-label"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_ALIGN = {"align": {"left", "center", "right"}}
_VALUES = {
    "a": {"rel": {EXTERNAL_REL}},
    "div": {"role": {"group"}, "tabindex": {"0"}, **_ALIGN},
    # Written by pictures.py: attributes set by the sanitizer come in another order each time.
    "img": {"loading": {"lazy"}, "decoding": {"async"}},
    "p": _ALIGN,
    "pre": {"tabindex": {"0"}},
    "span": {"role": {"img"}},
    "td": _ALIGN,
    "th": {"scope": {"col", "row"}, **_ALIGN},
}
# A colon in the first part of an address ends a scheme, and only these are known. Stricter
# than browsers are: nothing like java%0Ascript: is left for anybody's parser to wonder about.
_HREF = re.compile(r"(?:https?|mailto):.*|[^:/?#]*(?:[/?#].*)?", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_SPAN = re.compile(r"[1-9][0-9]?")
_START = re.compile(r"[0-9]{1,9}")
_PATTERNS = {
    "class": re.compile(r"language-[\w+#.-]{1,40}"),  # of `code` only; others: _CLASSES
    "colspan": _SPAN,
    "data-language": re.compile(r"[\w+#./() -]{1,40}"),
    "height": _NUMBER,
    "rowspan": _SPAN,
    "start": _START,
    "width": _NUMBER,
}


def _filter(tag: str, attribute: str, value: str) -> str | None:
    """The value to keep, or None. The sanitizer asks it for every attribute it allows."""
    if attribute == "class" and tag != "code":
        return value
    if attribute == "id":
        # In a namespace of ours: <p id="cookie"> must not become document.cookie.
        return own_anchor(value)
    if attribute == "href":
        value = value.strip()
        if value.startswith("#") and len(value) > 1:
            return f"#{own_anchor(value[1:])}"
        return value if _HREF.fullmatch(value) else None
    if attribute == "src":
        return value if is_own(value) else None
    pattern = _PATTERNS.get(attribute)
    return value if pattern is None or pattern.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=set(ALLOWED_TAGS),
    clean_content_tags=set(EMPTIED_TAGS),
    attributes=_ATTRIBUTES,
    attribute_filter=_filter,
    tag_attribute_values=_VALUES,
    allowed_classes={tag: names for tag, names in _CLASSES.items() if names},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
    strip_comments=True,
)


def sanitize(html: str) -> str:
    """`html` with only what is allowed in it."""
    return _CLEANER.clean(html)
