"""One page of results: asked of the engine, then re-checked in the database."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.db.models import Model
from django.utils import timezone
from django.utils.safestring import SafeString
from haystack import connections
from haystack.models import SearchResult
from haystack.query import SearchQuerySet

from . import outbox, registry
from .engines.errors import IndexUnusable
from .forms import Query
from .highlighting import excerpt, mark
from .inputs import ReaderQuery

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hit:
    """What a visitor sees of one result. `content` is the row, fresh from the database."""

    kind: str
    content: Any
    title: SafeString
    excerpt: SafeString

    @property
    def url(self) -> str:
        return self.content.get_absolute_url()


@dataclass(frozen=True)
class Results:
    """One page of hits. `total` is the engine's count; `seconds` what the engine took."""

    hits: list[Hit]
    total: int
    page: Any
    capped: bool
    seconds: float


def ask(query: Query, at: datetime | None = None) -> SearchQuerySet:
    """The engine's question for `query`: its words, within its filters, visible by now."""
    found = SearchQuerySet().filter(content=ReaderQuery(query.text))
    found = found.filter(published_at__lte=at or timezone.now())
    for field in ("kind", "column", "group"):
        if value := getattr(query, field):
            found = found.filter(**{f"{field}__exact": value})
    return found


def search(query: Query) -> Results:
    """The page of results that `query` asks for. Raises the engine's errors."""
    started = time.perf_counter()
    per_page = settings.HAYSTACK_SEARCH_RESULTS_PER_PAGE
    found = ask(query)
    total = found.count()
    if not total and not registry.is_built():
        # An index that nobody has filled yet finds nothing, which is not "no results".
        raise IndexUnusable("The index was never built.")
    reachable = min(total, per_page * settings.SEARCH_MAX_PAGES)
    page = Paginator(range(reachable), per_page).get_page(query.page)
    results = list(found[page.start_index() - 1 : page.end_index()]) if reachable else []
    seconds = time.perf_counter() - started
    hits = [
        Hit(
            kind=result.kind,
            content=row,
            title=mark(str(row), query.text),
            excerpt=excerpt(result.text or "", query.text),
        )
        for result, row in recheck(results)
    ]
    return Results(hits, total, page, reachable < total, seconds)


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
