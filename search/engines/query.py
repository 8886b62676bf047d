"""Haystack's query object for engines without a query language: a tree stays a tree."""

from typing import Any

from haystack.backends import BaseSearchQuery

from search.engines import lookups, narrowing
from search.engines.lookups import Condition


class TreeSearchQuery(BaseSearchQuery):
    """Hands the backend conditions instead of a string."""

    def __str__(self) -> str:
        return str(self.build_query())

    def build_query(self) -> Condition:  # type: ignore[override]
        return lookups.from_haystack(self.query_filter)

    def build_query_fragment(self, field: str, filter_type: str, value: Any) -> str:
        """Only `narrow(SQ(...))` asks for text; what it gets is read back by `narrowing`."""
        return narrowing.fragment(field, filter_type, getattr(value, "query_string", value))

    def clean(self, query_fragment: Any) -> Any:
        """What can stand between the quotation marks of `narrow()`, the only text that is read."""
        if isinstance(query_fragment, str):
            return narrowing.quoted(query_fragment)
        return query_fragment

    def build_params(self, spelling_query: str | None = None, **kwargs: Any) -> dict[str, Any]:
        params = super().build_params(spelling_query=spelling_query)
        if self.stats:
            params["stats"] = {
                name: [facet for facet in facets if isinstance(facet, str)]
                for name, facets in self.stats.items()
            }
        return params

    def run(self, spelling_query: str | None = None, **kwargs: Any) -> None:
        params = self.build_params(spelling_query=spelling_query) | kwargs
        found = self.backend.search(self.build_query(), **params)
        self._results = found["results"]
        self._hit_count = found["hits"]
        self._facet_counts = self.post_process_facets(found)
        self._stats = found.get("stats", {})

    def run_mlt(self, **kwargs: Any) -> None:
        limits: dict[str, Any] = {"start_offset": self.start_offset, "end_offset": self.end_offset}
        if self.narrow_queries:
            limits["narrow_queries"] = self.narrow_queries
        super().run_mlt(**limits, **kwargs)

    def get_spelling_suggestion(self, preferred_query: str | None = None) -> str | None:
        """What was meant, or None; computed when it is asked for, whatever was run before."""
        params = self.build_params(spelling_query=preferred_query)
        return self.backend.spelling_suggestion(self.build_query(), **params)
