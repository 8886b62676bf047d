"""One page of results: asked of the engine, then re-checked in the database."""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.db.models import Model
from django.utils import timezone
from django.utils.safestring import SafeString
from haystack import connections
from haystack.constants import DEFAULT_ALIAS
from haystack.models import SearchResult
from haystack.query import SearchQuerySet
from haystack.utils import get_model_ct

from . import facets, outbox, pins, registry, vocabulary
from .engines.errors import IndexUnusable
from .facets import Facets
from .fallback import Answer
from .forms import RELEVANCE, TIME, VIEWS, Choice, Query
from .highlighting import Marker
from .indexes import Role, roles_of
from .inputs import ReaderQuery
from .lessons import Taught

logger = logging.getLogger(__name__)

_ORDERS = {TIME: ["-published_at"], VIEWS: ["-views", "-published_at"]}


@dataclass(frozen=True)
class Hit:
    """What a visitor sees of one result. `content` is the row, fresh from the database.

    `position` counts from the first result of all; `file` is the name that was found, where
    it says more than the text does.
    """

    kind: str
    content: Any
    title: SafeString
    excerpt: SafeString
    position: int = 0
    file: str = ""
    is_pinned: bool = False

    @property
    def url(self) -> str:
        return self.content.get_absolute_url()


@dataclass(frozen=True)
class Results:
    """One page of hits. `total` is the engine's count; `seconds` what the engine took.

    `engine` is the kind that answered; `degraded` says that it stands in for another one.
    """

    hits: list[Hit]
    total: int
    page: Any
    capped: bool
    seconds: float
    facets: Facets | None = None
    engine: str = ""
    degraded: bool = False

    def answered_by(self, answer: Answer[Any]) -> "Results":
        """The same results, with which engine answered."""
        return replace(self, engine=answer.engine, degraded=answer.degraded)


@dataclass
class _Found:
    """What the engine answered: results of the page asked for, their number, the counts."""

    results: list[SearchResult]
    total: int
    page: Any
    capped: bool
    counts: facets.Counts = field(default_factory=dict)


@dataclass(frozen=True)
class Asker:
    """Asks one connection, several times for one page: at one moment, with one vocabulary."""

    alias: str = DEFAULT_ALIAS
    at: datetime = field(default_factory=timezone.now)
    lessons: Taught = field(default_factory=vocabulary.present)

    def of(self, alias: str) -> "Asker":
        """Asks another connection at the same moment, with the same vocabulary."""
        return replace(self, alias=alias)

    def ask(self, query: Query) -> SearchQuerySet:
        """The engine's question: words, within the filters, visible by now."""
        found = SearchQuerySet(using=self.alias)
        if query.text:
            found = found.filter(content=ReaderQuery(query.text, lessons=self.lessons))
        found = found.filter(published_at__lte=self.at)
        for name, value in (
            ("kind", query.kind),
            ("column", query.column),
            ("group", query.group),
            ("tags", query.tag),
        ):
            if value:
                found = found.filter(**{f"{name}__exact": value})
        if query.since:
            found = found.filter(published_at__gte=_midnight(query.since))
        if query.until:
            found = found.filter(published_at__lt=_midnight(query.until + timedelta(days=1)))
        return found.order_by(*_ORDERS[query.sort]) if query.sort in _ORDERS else found

    def count(self, query: Query) -> int:
        """How many results a question has."""
        found = self.ask(query)
        list(found[:1])
        return len(found)

    def counts(self, query: Query, dimensions: list[str]) -> facets.Counts:
        """What is counted beside the results of a question."""
        found = facets.counting(self.ask(query), dimensions)
        list(found[:1])
        return facets.counts_of(found, dimensions)


def search(
    query: Query,
    asker: Asker | None = None,
    kinds: Sequence[Choice] = (),
    columns: Sequence[Choice] = (),
    *,
    with_facets: bool = False,
) -> Results:
    """The page of results that `query` asks for; with facets, which the choices label.

    Raises the engine's errors. Without an `asker` the default connection is asked.
    """
    started = time.perf_counter()
    asker = asker or Asker()
    first = _pinned(query, asker)
    found = _find(query, asker, first, with_facets)
    if not found.total and not registry.is_built(asker.alias):
        # An index that nobody has filled yet finds nothing, which is not "no results".
        raise IndexUnusable("The index was never built.")
    seconds = time.perf_counter() - started
    shown = recheck([*(first if found.page.number == 1 else ()), *found.results])
    marker = Marker(query.text, asker.lessons)
    pinned = {result.id for result in first}
    hits = [
        _hit(result, row, marker, position, result.id in pinned)
        for position, (result, row) in enumerate(shown, max(found.page.start_index(), 1))
    ]
    counted = None
    if with_facets:
        counted = facets.facets(query, found.counts, found.total, kinds, columns)
    return Results(hits, found.total, found.page, found.capped, seconds, counted)


def recheck(results: Iterable[SearchResult]) -> list[tuple[SearchResult, Model]]:
    """The results that the database would show a visitor, with their rows.

    One query for each model on the page. What the index still holds and nobody may see is
    left out, and the outbox is told; such a page is shorter, not refilled.
    """
    wanted = list(results)
    index = connections["default"].get_unified_index()
    rows: dict[tuple[type[Model], str], Model] = {}
    for model in dict.fromkeys(result.model for result in wanted):
        keys = [result.pk for result in wanted if result.model is model]
        for row in index.get_index(model).read_queryset().filter(pk__in=keys):
            rows[model, str(row.pk)] = row
    ghosts = [result for result in wanted if (result.model, str(result.pk)) not in rows]
    if ghosts:
        logger.info("%d results of the index are not to be shown any more.", len(ghosts))
        try:
            outbox.note_keys((result.model, result.pk) for result in ghosts)
        except DatabaseError:
            # The next visitor who meets them notes them; this one came for results.
            logger.exception("Results that are not to be shown could not be noted.")
    return [
        (result, rows[result.model, str(result.pk)])
        for result in wanted
        if (result.model, str(result.pk)) in rows
    ]


def _find(query: Query, asker: Asker, first: list[SearchResult], with_facets: bool) -> _Found:
    """One request for hits, total and shared counts; another for each dimension with a filter.

    What is pinned stands before all others, and takes their place on the first page.
    """
    per_page = settings.HAYSTACK_SEARCH_RESULTS_PER_PAGE
    dimensions = list(facets.DIMENSIONS) if with_facets else []
    shared = [name for name in dimensions if name not in query.filters]
    found = asker.ask(query)
    if first:
        found = found.exclude(id__in=[result.id for result in first])
    else:
        found = facets.counting(found, shared)
    number = min(query.page, settings.SEARCH_MAX_PAGES)
    results, total = _slice(found, number, per_page, len(first))
    reachable = min(total, per_page * settings.SEARCH_MAX_PAGES)
    page = Paginator(range(reachable), per_page).get_page(number)
    if page.number != number:
        results, total = _slice(found, page.number, per_page, len(first))
    counts: facets.Counts = {}
    if shared:
        counts |= asker.counts(query, shared) if first else facets.counts_of(found, shared)
    for name in dimensions:
        if name in query.filters:
            counts |= asker.counts(query.without(name), [name])
    return _Found(results, total, page, reachable < total, counts)


def _slice(
    found: SearchQuerySet, number: int, per_page: int, before: int
) -> tuple[list[SearchResult], int]:
    """The results of a page, where so many others stand before the first of all; and the total."""
    start = max((number - 1) * per_page - before, 0)
    end = number * per_page - before
    # One at least, for the answer tells the total too.
    results = list(found[start : max(end, start + 1)])
    return results[: max(end - start, 0)], len(found) + before


def _pinned(query: Query, asker: Asker) -> list[SearchResult]:
    """What admins put first for these words, as far as a visitor may see it."""
    if not query.text or query.filters or query.sort != RELEVANCE:
        return []
    wanted = [f"{get_model_ct(model)}.{key}" for model, key in pins.pinned(query.text)]
    if not wanted:
        return []
    found = SearchQuerySet(using=asker.alias).filter(id__in=wanted, published_at__lte=asker.at)
    by_id = {result.id: result for result in found[: len(wanted)]}
    return [result for result, _ in recheck(by_id[each] for each in wanted if each in by_id)]


def _hit(result: SearchResult, row: Model, marker: Marker, position: int, is_pinned: bool) -> Hit:
    text = result.text or ""
    return Hit(
        kind=result.kind,
        content=row,
        title=marker.mark(str(row)),
        excerpt=marker.excerpt(text),
        position=position,
        file=_file(result, marker, f"{row}\n{text}"),
        is_pinned=is_pinned,
    )


def _file(result: SearchResult, marker: Marker, text: str) -> str:
    """The name among the document's names that has more of the query than its texts have."""
    index = connections["default"].get_unified_index().get_index(result.model)
    names = [name for name, role in roles_of(index).items() if role == Role.NAMES]
    lines = [line for name in names for line in getattr(result, name, None) or ()]
    worth, line = marker.best_line(lines)
    return marker.mark(line) if worth and worth > marker.worth(text) else ""


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock.min))
