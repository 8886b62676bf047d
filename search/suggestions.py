"""What a reader may have meant: while typing, and where nothing was found.

Everything is only offered; no query is changed for a visitor.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from haystack import connections

from . import querylog
from .engines.errors import SearchFailure
from .forms import Choice, Query, tag_function
from .indexes import Role, roles_of
from .inputs import ReaderQuery
from .page import Asker

logger = logging.getLogger(__name__)

MOST_SUGGESTIONS = 9
MOST_QUERIES, MOST_TAGS, MOST_TITLES = 4, 3, 6
MOST_LOOSER_WORDS = 5


@dataclass(frozen=True)
class Suggestion:
    """One line below the box: what it says, what it is, and where it leads."""

    text: str
    description: str
    url: str


@dataclass(frozen=True)
class Looser:
    """A question with fewer words or filters, and how many results it has."""

    label: str
    url: str
    count: int


@dataclass(frozen=True)
class Hints:
    """Where to look when there is nothing here."""

    words: list[Looser]
    filters: list[Looser]


def beginning(prefix: str) -> list[Suggestion]:
    """Queries that many asked, tags and titles for what was typed so far, each text once."""
    if not prefix:
        return []
    found: dict[str, Suggestion] = {}
    for each in (*_popular(prefix), *_tags(prefix), *_titles(prefix)):
        found.setdefault(each.text.casefold(), each)
    return list(found.values())[:MOST_SUGGESTIONS]


def spelled(query: Query, asker: Asker) -> Query | None:
    """The same question with its mistyped words put right, where the engine knows better."""
    try:
        text = asker.ask(query).spelling_suggestion(query.text)
    except SearchFailure:
        logger.warning("No spelling could be suggested.", exc_info=True)
        return None
    return query.changed(text=text) if text and text != query.text else None


def looser(query: Query, asker: Asker, labels: Iterable[tuple[str, str]]) -> Hints | None:
    """The same question without each filter, and with each word alone: those that have results.

    `labels` are the names of the filters that are set, each with what it is called. None where
    the engine does not answer.
    """
    wanted = [(label, query.without(name)) for name, label in labels]
    if len(wanted) > 1:
        wanted.append((_("Without any filter"), query.without(*query.filters)))
    try:
        filters = list(_with_results(asker, wanted))
        words = [] if filters else list(_with_results(asker, _single_words(query, asker)))
    except SearchFailure:
        logger.warning("Nothing looser could be looked for.", exc_info=True)
        return None
    return Hints(words, filters)


def chosen_label(values: Iterable[Choice], value: str) -> str:
    """What a value of a filter is called."""
    return next((choice.label for choice in values if choice.value == value), value)


def _with_results(asker: Asker, wanted: Iterable[tuple[str, Query]]) -> Iterator[Looser]:
    for label, query in wanted:
        if not query.is_empty and (number := asker.count(query)):
            yield Looser(label, query.url, number)


def _single_words(query: Query, asker: Asker) -> list[tuple[str, Query]]:
    words = ReaderQuery(query.text, lessons=asker.lessons).words
    texts = [word.text for word in words if not word.is_character][:MOST_LOOSER_WORDS]
    return [(text, Query(text=text)) for text in texts] if len(words) > 1 else []


def _popular(prefix: str) -> Iterator[Suggestion]:
    for text in querylog.popular(prefix, MOST_QUERIES):
        yield Suggestion(text, _("Often searched"), Query(text=text).url)


def _tags(prefix: str) -> Iterator[Suggestion]:
    tags = tag_function("beginning")
    for name, number in tags(prefix, MOST_TAGS) if tags else ():
        description = ngettext("Tag, %(number)d entry", "Tag, %(number)d entries", number)
        yield Suggestion(name, description % {"number": number}, Query(text=name, tag=name).url)


def _titles(prefix: str) -> Iterator[Suggestion]:
    """Titles that begin like this, then those that have it; the most read of each first.

    Asked of the database: only what a visitor may see, whatever an engine holds or does.
    """
    found: list[tuple[bool, int, Model]] = []
    for model, title in _titled_models():
        rows = connections["default"].get_unified_index().get_index(model).read_queryset()
        found += [
            (not str(row).casefold().startswith(prefix.casefold()), place, row)
            for place, row in enumerate(_matching(rows, title, prefix))
        ]
    found.sort(key=lambda each: each[:2])
    for _later, _place, row in islice(found, MOST_TITLES):
        yield Suggestion(str(row), _kind_label(row), row.get_absolute_url())  # type: ignore[attr-defined]


def _titled_models() -> Iterator[tuple[type[Model], str]]:
    unified = connections["default"].get_unified_index()
    for model, index in unified.get_indexes().items():
        for name, role in roles_of(index).items():
            attribute = index.fields[name].model_attr
            if role == Role.TITLE and isinstance(attribute, str):
                yield model, attribute


def _matching(rows: QuerySet, title: str, prefix: str) -> list[Model]:
    """Two small queries: what begins so must not be crowded out by what is read more."""
    rows = rows.select_related(None).prefetch_related(None)
    if any(field.name == "views" for field in rows.model._meta.fields):
        rows = rows.order_by("-views", "pk")
    begins = list(rows.filter(**{f"{title}__istartswith": prefix})[:MOST_TITLES])
    if len(begins) == MOST_TITLES or (len(prefix) == 1 and prefix.isascii()):
        return begins
    others = rows.filter(**{f"{title}__icontains": prefix})
    return begins + list(others.exclude(pk__in=[row.pk for row in begins])[:MOST_TITLES])


def _kind_label(row: Model) -> str:
    kind = getattr(row, "get_kind_display", None)
    return str(kind() if kind else row._meta.verbose_name)
