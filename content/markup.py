"""Our own sanitized HTML as texts and tags, for what is added to it when a page is made.

Only for what the sanitizer wrote: balanced, lower case, attributes in double quotes.
"""

import re

_TAG = re.compile(r'(<(?:[^"<>]++|"[^"]*+")*+>)')
_NAME = re.compile(r"</?([a-z][a-z0-9]*)")
VOID = frozenset({"br", "col", "hr", "img", "wbr"})


def split(html: str) -> list[str]:
    """`html` cut into text, tag, text, tag, …, text; texts may be empty."""
    return _TAG.split(html)


def name_of(tag: str) -> str:
    """The name of the element that `tag` opens or closes; "" when it is no tag of ours."""
    found = _NAME.match(tag)
    return found[1] if found else ""


def opens(tag: str) -> bool:
    """Does `tag` open an element that another tag closes?"""
    name = name_of(tag)
    return name not in VOID and not closes(tag) and name != ""


def closes(tag: str) -> bool:
    """Does `tag` close an element?"""
    return tag.startswith("</")
