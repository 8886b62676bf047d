"""Tags as editors type them: separated by commas, Chinese ones included.

Stock taggit keeps `中文 标签，全角` as one tag and splits `Go Gin` at its space when no
comma is typed. Here only separators separate, and a name may hold spaces.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Tag

_SEPARATORS = re.compile(r"[,，、;；\n\r]+")
MAX_LENGTH = 60


def parse_tags(text: str) -> list[str]:
    """The names in `text`, each once whatever its case, in the order typed."""
    names: dict[str, str] = {}
    for part in _SEPARATORS.split(text or ""):
        # A leading # is a habit from elsewhere; a trailing one belongs to c# and f#.
        name = " ".join(part.strip(' \t"“”').lstrip("#").split())
        if name:
            names.setdefault(name.casefold(), name)
    return list(names.values())


def join_tags(tags: "Iterable[Tag]") -> str:
    """The text that `parse_tags` reads back as these tags."""
    return "，".join(sorted(tag.name for tag in tags))
