"""What `highlight()` asks for: the words of a query, marked in the texts of a result.

Options have the names that they have in Haystack's backends for Elasticsearch: `fields`,
`pre_tags`, `post_tags`, `fragment_size`, and `number_of_fragments=0` for whole texts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import mark_safe

from search import highlighting
from search.engines.errors import QueryRefused

_OPTIONS = ("fields", "pre_tags", "post_tags", "fragment_size", "number_of_fragments")
_CHARACTERS = 160
_MAX_CHARACTERS = 10_000


@dataclass(frozen=True)
class Marking:
    """Which words are marked, in which fields (none: the document's), how, in how much text."""

    words: str
    fields: tuple[str, ...] = ()
    before: str = "<mark>"
    after: str = "</mark>"
    characters: int = _CHARACTERS
    whole: bool = False

    def of(self, stored: Mapping[str, Any], names: Iterable[str]) -> dict[str, list[str]]:
        """Field → its passage, or one of each of its values."""
        found = {}
        for name in names:
            value = stored.get(name)
            items = value if isinstance(value, list) else [value]
            found[name] = [self._marked("" if each is None else str(each)) for each in items]
        return found

    def _marked(self, text: str) -> str:
        if self.whole:
            marked = highlighting.mark(text, self.words)
        else:
            marked = highlighting.excerpt(text, self.words, self.characters)
        if (self.before, self.after) == ("<mark>", "</mark>"):
            return marked
        # The text is escaped: no other <mark> is in it. The tags are the program's own.
        own = marked.replace("<mark>", self.before).replace("</mark>", self.after)
        return mark_safe(own)  # noqa: S308


def marking_of(words: str, asked: Any) -> Marking | None:
    """The marking for what `highlight()` was given; None where it was not called."""
    if not asked:
        return None
    options: Mapping[str, Any] = asked if isinstance(asked, Mapping) else {}
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown:
        raise QueryRefused(
            f"highlight() has no option {unknown[0]!r} here, but {', '.join(_OPTIONS)}."
        )
    size = int(options.get("fragment_size") or _CHARACTERS)
    return Marking(
        words,
        tuple(_listed(options.get("fields"))),
        _first(options.get("pre_tags"), "<mark>"),
        _first(options.get("post_tags"), "</mark>"),
        min(max(size, 1), _MAX_CHARACTERS),
        options.get("number_of_fragments") == 0,
    )


def _first(tags: Any, default: str) -> str:
    return str(next(iter(_listed(tags)), default))


def _listed(value: Any) -> list[Any]:
    """The values of an option, or its one; of fields that come with options, their names."""
    return [value] if isinstance(value, str) else list(value or ())
