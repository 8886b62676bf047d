"""The search page."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from .engines.errors import SearchFailure
from .forms import choices, read_query
from .page import search

logger = logging.getLogger(__name__)


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Results for `q`, narrowed by kind and by column or group."""
    kinds, columns = choices("kind"), choices("column")
    query = read_query(request.GET, kinds, columns)
    context = {
        "query": query.text,
        "cut": query.cut,
        "kind": query.kind,
        "column": query.column or query.group,
        "kinds": kinds,
        "columns": columns,
    }
    status = 200
    if query.text:
        try:
            results = search(query)
        except SearchFailure:
            # Never "no results": the page says that search is not working at the moment.
            logger.exception("Search did not answer.")
            context["unavailable"] = True
            status = 503
        else:
            context.update(
                results=results,
                hits=results.hits,
                page=results.page,
                total=results.total,
                capped=results.capped,
                seconds=results.seconds,
            )
    response = render(request, "search/search_page.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, max_age=0)
    return response
