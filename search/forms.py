"""What may be asked of the search page: words, filters, an order, a page.

Nothing a visitor sends is an error: what makes no sense is left out.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.module_loading import import_string

# Control and bidirectional characters and lone surrogates, none of which anybody searches.
_UNSEARCHABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1970, 2999
MAX_TAG_CHARACTERS = 60

RELEVANCE, TIME, VIEWS = "relevance", "time", "views"
SORTS = (RELEVANCE, TIME, VIEWS)
# By which a result can be narrowed, and the values of a `Query` that do it.
FILTERS = {
    "kind": ("kind",),
    "column": ("column", "group"),
    "tag": ("tag",),
    "time": ("since", "until"),
}


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


def tag_function(name: str) -> Callable[..., Any] | None:
    """A function of settings.SEARCH_TAGS, by which search knows tags; None where there is none.

    `named(text)` is the name that documents carry for a name or another name of a tag, or None;
    `beginning(prefix, limit)` the tags whose names begin so, as pairs of name and count.
    """
    path = getattr(settings, "SEARCH_TAGS", {}).get(name)
    return import_string(path) if path else None


@dataclass(frozen=True)
class Query:
    """A cleaned question: text within the limit, and filters that exist."""

    text: str = ""
    cut: bool = False
    kind: str = ""
    column: str = ""
    group: str = ""
    page: int = 1
    tag: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = RELEVANCE

    @property
    def filters(self) -> list[str]:
        """The names of the filters that are set."""
        return [
            name for name, values in FILTERS.items() if any(getattr(self, each) for each in values)
        ]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for and nothing to list."""
        return not self.text and not self.filters

    @property
    def place(self) -> str:
        """The column or group, as it stands in an address."""
        return self.column or self.group

    @property
    def year(self) -> int | None:
        """The year, where the time is one whole year."""
        since, until = self.since, self.until
        if since is None or until is None or since.year != until.year:
            return None
        return since.year if (since, until) == whole_year(since.year) else None

    def changed(self, **values: Any) -> "Query":
        """The same question with other values, from its first page on."""
        return replace(self, **{"page": 1, **values})

    def without(self, *filters: str) -> "Query":
        """The same question without these filters."""
        gone = [each for name in filters for each in FILTERS[name]]
        empty = Query()
        return self.changed(**{each: getattr(empty, each) for each in gone})

    @property
    def url(self) -> str:
        """The address of the search page that asks this."""
        values = {
            "q": self.text,
            "kind": self.kind,
            "column": self.place,
            "tag": self.tag,
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
            "sort": self.sort if self.sort != self.usual_sort else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        asked = urlencode({name: value for name, value in values.items() if value})
        return reverse("search:page") + (f"?{asked}" if asked else "")

    @property
    def usual_sort(self) -> str:
        """How results are ordered where nobody says: without words there is no relevance."""
        return RELEVANCE if self.text else TIME


def clean_text(text: str) -> tuple[str, bool]:
    """`text` as it is searched, and whether it had to be cut."""
    limit = settings.SEARCH_QUERY_MAX_CHARACTERS
    # A megabyte of text is cut before anything looks at each character of it.
    head = " ".join(_UNSEARCHABLE.sub(" ", text[: limit * 20]).split())
    return head[:limit].rstrip(), len(head) > limit or len(text) > limit * 20


def whole_year(year: int) -> tuple[date, date]:
    """The first and the last day of a year."""
    return date(year, 1, 1), date(year, 12, 31)


def read_query(data: QueryDict, kinds: list[Choice], columns: list[Choice]) -> Query:
    """The question in the parameters of a request, within what the filters offer."""
    text, cut = clean_text(data.get("q", ""))
    kind = data.get("kind", "")
    named = data.get("column", "")
    wanted = next((choice for choice in columns if choice.value == named), None)
    number = data.get("page", "1")
    since, until = read_day(data.get("from", "")), read_day(data.get("to", ""), at_end=True)
    if since and until and since > until:
        since = until = None
    query = Query(
        text=text,
        cut=cut,
        kind=kind if any(kind == choice.value for choice in kinds) else "",
        column=wanted.value if wanted and not wanted.is_group else "",
        group=wanted.value if wanted and wanted.is_group else "",
        page=max(int(number), 1)
        if number.isascii() and number.isdigit() and len(number) < 7
        else 1,
        tag=read_tag(data.get("tag", "")),
        since=since,
        until=until,
    )
    sort = data.get("sort", "")
    known = sort in SORTS and (query.text or sort != RELEVANCE)
    return replace(query, sort=sort if known else query.usual_sort)


def read_tag(text: str) -> str:
    """The tag of that name, or of that other name, as documents carry it; "" where there is none.

    Where nobody says what tags there are, any text may be one.
    """
    name = clean_text(text[: MAX_TAG_CHARACTERS * 2])[0][:MAX_TAG_CHARACTERS]
    named = tag_function("named")
    return (named(name) or "") if name and named else name


def read_day(text: str, *, at_end: bool = False) -> date | None:
    """A day written as 2024-05-17; of a month or a year the first day, or the last."""
    match = _DAY.fullmatch(text.strip()[:20])
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR or (match[2] and not 1 <= month <= 12):
        return None
    month = month or (12 if at_end else 1)
    last = monthrange(year, month)[1]
    if match[3] and not 1 <= day <= last:
        return None
    return date(year, month, day or (last if at_end else 1))
