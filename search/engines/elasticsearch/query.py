"""Haystack's query object: a tree stays a tree, for the backend to make a request of."""

from typing import Any

from haystack.backends import BaseSearchQuery

from search.engines import lookups, narrowing
from search.engines.lookups import Condition


class ElasticsearchSearchQuery(BaseSearchQuery):
    """Hands the backend conditions instead of a string."""

    def __str__(self) -> str:
        return str(self.build_query())

    def build_query(self) -> Condition:  # type: ignore[override]
        return lookups.from_haystack(self.query_filter)

    def build_query_fragment(self, field: str, filter_type: str, value: Any) -> str:
        """Only `narrow(SQ(...))` asks for text; what it gets is read back by `narrowing`."""
        return narrowing.fragment(field, filter_type, getattr(value, "query_string", value))

    def clean(self, query_fragment: Any) -> Any:
        # Nothing is reserved where nothing is syntax.
        return query_fragment

    def build_params(self, spelling_query: str | None = None, **kwargs: Any) -> dict[str, Any]:
        if self.stats:
            raise NotImplementedError("This search engine computes no statistics of fields.")
        return super().build_params(spelling_query=spelling_query)

    def run_mlt(self, **kwargs: Any) -> None:
        limits: dict[str, Any] = {"start_offset": self.start_offset, "end_offset": self.end_offset}
        if self.narrow_queries:
            limits["narrow_queries"] = self.narrow_queries
        super().run_mlt(**limits, **kwargs)

    def get_spelling_suggestion(self, preferred_query: str | None = None) -> str | None:
        raise NotImplementedError("This search engine does not suggest spellings yet.")
