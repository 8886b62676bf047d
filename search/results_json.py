"""One page of results for programs: the shape that docs/search.md promises."""

from typing import Any

from django.utils import timezone

from .forms import Query
from .page import Hit, Results


def of_results(query: Query, results: Results) -> dict[str, Any]:
    """The whole answer; `pages` are those that can be asked for, none where nothing is found."""
    return {
        "query": query.text,
        "total": results.total,
        "page": results.page.number,
        "pages": results.page.paginator.num_pages if results.total else 0,
        "engine": results.engine,
        "degraded": results.degraded,
        "results": [_of_hit(hit) for hit in results.hits],
    }


def of_nothing(query: Query, engine: str) -> dict[str, Any]:
    """The answer where nothing was asked."""
    return {
        "query": query.text,
        "total": 0,
        "page": 1,
        "pages": 0,
        "engine": engine,
        "degraded": False,
        "results": [],
    }


def _of_hit(hit: Hit) -> dict[str, Any]:
    published_at = getattr(hit.content, "published_at", None)
    return {
        "kind": hit.kind,
        "title": str(hit.content),
        "url": hit.url,
        "column": _name(hit, "column"),
        "excerpt": str(hit.excerpt),
        "published_at": timezone.localtime(published_at).isoformat(timespec="seconds")
        if published_at
        else None,
        "views": getattr(hit.content, "views", None),
        "author": _name(hit, "author"),
    }


def _name(hit: Hit, field: str) -> str | None:
    value = getattr(hit.content, field, None)
    return str(value) if value is not None else None
