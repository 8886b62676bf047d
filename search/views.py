"""The search page, the same for programs, and suggestions while typing."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe
from haystack.constants import DEFAULT_ALIAS

from . import fallback, querylog, registry, results_json, suggestions
from .engines.errors import SearchFailure
from .forms import RELEVANCE, TIME, VIEWS, Choice, Query, choices, clean_text, read_query
from .page import Asker, Results, search

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chip:
    """A filter that is set: what it is called, and the address without it."""

    name: str
    label: str
    url: str


@dataclass(frozen=True)
class Sort:
    """An order of the results."""

    label: str
    url: str
    is_chosen: bool


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Results for the question, with counts by which to narrow them.

    htmx, which swaps the middle of the page, is sent only that.
    """
    kinds, columns = choices("kind"), choices("column")
    query = read_query(request.GET, kinds, columns)
    is_part = bool(request.headers.get("HX-Request")) and not request.headers.get(
        "HX-History-Restore-Request"
    )
    context: dict[str, Any] = {
        "base": "search/part.html" if is_part else "base.html",
        "asked": query,
        "query": query.text,
        "cut": query.cut,
        "column": query.place,
        "chips": _chips(query, kinds, columns),
    }
    status = 200
    if not query.is_empty:
        try:
            results, shown = _ask(query, kinds, columns, context["chips"])
        except SearchFailure:
            # Never "no results": the page says that search is not working at the moment.
            logger.exception("Search did not answer.")
            context["unavailable"] = True
            status = 503
        else:
            context |= shown
            if query.text and query.page == 1 and not is_part:
                querylog.note_search(request, query.text, results.total)
    response = render(request, "search/search_page.html", context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return _fresh(response)


@require_safe
@conditional_page
def results(request: HttpRequest) -> HttpResponse:
    """The same page of results as JSON."""
    query = read_query(request.GET, choices("kind"), choices("column"))
    try:
        if query.is_empty:
            data = results_json.of_nothing(query, registry.kind(DEFAULT_ALIAS))
        else:
            asker = Asker()
            answer = fallback.ask(lambda alias: search(query, asker.of(alias)))
            data = results_json.of_results(query, answer.value.answered_by(answer))
    except SearchFailure:
        logger.exception("Search did not answer.")
        error = _("Search does not answer at the moment. Please try again in a few minutes.")
        return _fresh(JsonResponse({"query": query.text, "error": error}, status=503))
    return _fresh(JsonResponse(data, json_dumps_params={"ensure_ascii": False}))


@require_safe
@conditional_page
def suggest(request: HttpRequest) -> HttpResponse:
    """What could be searched for, as OpenSearch has it: text, completions, what they are, where."""
    text, _cut = clean_text(request.GET.get("q", ""))
    found = suggestions.beginning(text)
    data = [
        text,
        [each.text for each in found],
        [each.description for each in found],
        [request.build_absolute_uri(each.url) for each in found],
    ]
    response = JsonResponse(
        data,
        safe=False,
        content_type="application/x-suggestions+json",
        json_dumps_params={"ensure_ascii": False},
    )
    return _fresh(response)


def _ask(
    query: Query, kinds: Sequence[Choice], columns: Sequence[Choice], chips: Sequence[Chip]
) -> tuple[Results, dict[str, Any]]:
    """The results, and what the page says of them; all of it from one engine."""
    asker = Asker()
    answer = fallback.ask(lambda alias: _question(query, asker.of(alias), kinds, columns, chips))
    results, hints = answer.value
    results = results.answered_by(answer)
    return results, hints | {
        "results": results,
        "hits": results.hits,
        "page": results.page,
        "total": results.total,
        "capped": results.capped,
        "seconds": results.seconds,
        "facets": results.facets,
        "degraded": results.degraded,
        "sorts": _sorts(query),
    }


def _question(
    query: Query,
    asker: Asker,
    kinds: Sequence[Choice],
    columns: Sequence[Choice],
    chips: Sequence[Chip],
) -> tuple[Results, dict[str, Any]]:
    """The results; where there are few or none, where else to look."""
    results = search(query, asker, kinds, columns, with_facets=True)
    hints: dict[str, Any] = {}
    if query.text and results.total < results.page.paginator.per_page and query.page == 1:
        hints["spelled"] = suggestions.spelled(query, asker)
    if not results.total:
        labels = [(chip.name, chip.label) for chip in chips]
        hints["hints"] = suggestions.looser(query, asker, labels)
    return results, hints


def _sorts(query: Query) -> list[Sort]:
    labels = {
        RELEVANCE: _("By relevance"),
        TIME: _("Newest first"),
        VIEWS: _("Most read first"),
    }
    return [
        Sort(label, query.changed(sort=name).url, query.sort == name)
        for name, label in labels.items()
        if name != RELEVANCE or query.text
    ]


def _chips(query: Query, kinds: Sequence[Choice], columns: Sequence[Choice]) -> list[Chip]:
    values = {
        "kind": lambda: suggestions.chosen_label(kinds, query.kind),
        "column": lambda: suggestions.chosen_label(columns, query.place),
        "tag": lambda: f"#{query.tag}",
        "time": lambda: _period(query),
    }
    return [Chip(name, values[name](), query.without(name).url) for name in query.filters]


def _period(query: Query) -> str:
    if query.year is not None:
        return _("Year %(year)d") % {"year": query.year}
    since, until = query.since, query.until
    if since is None:
        return _("Until %(day)s") % {"day": until}
    if until is None:
        return _("Since %(day)s") % {"day": since}
    return _("%(since)s to %(until)s") % {"since": since, "until": until}


def _fresh(response: HttpResponse) -> HttpResponse:
    """Kept by nobody without asking again: what was taken down is gone at the next look."""
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, max_age=0)
    return response
