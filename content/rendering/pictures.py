"""Pictures: our own are shown, foreign ones become links and are never loaded.

A picture on another host would tell that host of every reader, and the site's
Content-Security-Policy refuses it anyway.
"""

import re
from html import escape

from .links import EXTERNAL_REL, host_of, is_external

PICTURES_PATH = "/pictures/"
# No "..", no escapes: the address names a file of ours and nothing else.
_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_OWN = re.compile(rf"/(?:pictures|static)/{_PART}(?:/{_PART})*")
_SIZE = re.compile(r"[1-9][0-9]{0,3}")
# What the two sentences below add to the author's own words; search leaves it out.
_ADDED = re.compile(
    r"^\[图片：(.*)\]$|^\[图片\]$|（图片，位于 [^）]*）$|^图片（位于 [^）]*）$", re.DOTALL
)
STAND_INS = frozenset({"foreign-picture", "missing-picture"})


def is_own(source: str) -> bool:
    """Does `source` name a picture that this site serves?"""
    return _OWN.fullmatch(source) is not None


def authors_words(stand_in: str) -> str:
    """The alternative text inside what is shown in place of a picture."""
    return _ADDED.sub(lambda found: found[1] or "", stand_in)


def picture_html(
    source: str,
    alt: str,
    *,
    title: str = "",
    width: str = "",
    height: str = "",
    inside_link: bool = False,
) -> str:
    """The HTML for one picture, or for what stands in its place."""
    source = source.strip()
    alt = " ".join(alt.split())
    if is_own(source):
        more = {"title": title}
        more |= {"width": width} if _SIZE.fullmatch(width) else {}
        more |= {"height": height} if _SIZE.fullmatch(height) else {}
        written = "".join(f' {name}="{escape(text)}"' for name, text in more.items() if text)
        lazy = 'loading="lazy" decoding="async"'
        return f'<img src="{source}" alt="{escape(alt)}"{written} {lazy}>'
    host = host_of(source) if is_external(source) else ""
    if not host:
        return f'<span class="missing-picture">[图片{escape(f"：{alt}" if alt else "")}]</span>'
    shown = escape(f"{alt}（图片，位于 {host}）" if alt else f"图片（位于 {host}）")
    if inside_link:
        # A link cannot hold a link; the author's own one leads further.
        return f'<span class="foreign-picture">{shown}</span>'
    target = f'href="{escape(source)}" rel="{EXTERNAL_REL}"'
    return f'<a class="foreign-picture" {target}>{shown}</a>'
