"""What may be asked of the search page: words, a kind, a column or group, a page.

Nothing a visitor sends is an error: what makes no sense is left out.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.http import QueryDict
from django.utils.module_loading import import_string

# Control and bidirectional characters and lone surrogates, none of which anybody searches.
_UNSEARCHABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)


@dataclass(frozen=True)
class Choice:
    """One value of a filter; `group` is the heading that it stands under."""

    value: str
    label: str
    group: str = ""
    is_group: bool = False


def choices(name: str) -> list[Choice]:
    """The choices of a filter, from the function that settings.SEARCH_CHOICES names.

    The function gives tuples of the values of a `Choice`, so that it need not know us.
    """
    return [Choice(*row) for row in import_string(settings.SEARCH_CHOICES[name])()]


@dataclass(frozen=True)
class Query:
    """A cleaned question: text within the limit, and filters that exist."""

    text: str
    cut: bool
    kind: str
    column: str
    group: str
    page: int


def clean_text(text: str) -> tuple[str, bool]:
    """`text` as it is searched, and whether it had to be cut."""
    limit = settings.SEARCH_QUERY_MAX_CHARACTERS
    # A megabyte of text is cut before anything looks at each character of it.
    head = " ".join(_UNSEARCHABLE.sub(" ", text[: limit * 20]).split())
    return head[:limit].rstrip(), len(head) > limit or len(text) > limit * 20


def read_query(data: QueryDict, kinds: list[Choice], columns: list[Choice]) -> Query:
    """The question in the parameters of a request, within what the filters offer."""
    text, cut = clean_text(data.get("q", ""))
    kind = data.get("kind", "")
    named = data.get("column", "")
    wanted = next((choice for choice in columns if choice.value == named), None)
    number = data.get("page", "1")
    return Query(
        text=text,
        cut=cut,
        kind=kind if any(kind == choice.value for choice in kinds) else "",
        column=wanted.value if wanted and not wanted.is_group else "",
        group=wanted.value if wanted and wanted.is_group else "",
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1,
    )
