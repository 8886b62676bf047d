"""Haystack's backend over Elasticsearch: what is written, removed, found and compared."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from haystack import connections, indexes
from haystack.backends import BaseSearchBackend, log_query
from haystack.utils import get_identifier, get_model_ct

from search.engines import asking, lookups, preparing, spelling, values
from search.engines.elasticsearch import (
    address,
    documents,
    facets,
    request,
    similar,
    stats,
)  # fmt: skip
from search.engines.elasticsearch.aliases import Names
from search.engines.elasticsearch.clauses import NOTHING, Clause
from search.engines.elasticsearch.documents import Document
from search.engines.elasticsearch.fields import Fields
from search.engines.elasticsearch.index import LiveIndex
from search.engines.elasticsearch.rebuild import Rebuild
from search.engines.elasticsearch.request import Request
from search.engines.elasticsearch.vocabulary import IndexVocabulary
from search.engines.lookups import Condition
from search.engines.marking import marking_of
from search.engines.results import results

DEFAULT_SECONDS = 1.5
_REMOVED_AT_ONCE = 1000
_NAME = re.compile(r"[a-z0-9][a-z0-9_.\-]{0,150}")


class ElasticsearchSearchBackend(BaseSearchBackend):
    """Documents on Elasticsearch servers, behind an alias.

    Options: URL, INDEX_NAME, TIMEOUT, BATCH_SIZE, SHARDS, REPLICAS; the first is enough.
    Never silent, whatever SILENTLY_FAIL says: all errors are `search.engines.errors`.
    """

    def __init__(self, connection_alias: str, **options: Any) -> None:
        super().__init__(connection_alias, **options)
        if not options.get("URL"):
            raise ImproperlyConfigured(f"The search connection {connection_alias!r} needs a URL.")
        where = address.parse(options["URL"])
        name = options.get("INDEX_NAME") or where.index_name or "search"
        if not _NAME.fullmatch(name):
            raise ImproperlyConfigured(
                f"The index name {name!r} may have small letters, digits, and - _ . only."
            )
        names = Names(name, int(options.get("SHARDS") or 1), options.get("REPLICAS"))
        self.index = LiveIndex(where, names)
        self.seconds = float(options.get("TIMEOUT") or where.timeout or DEFAULT_SECONDS)

    # Writing

    def update(
        self, index: indexes.SearchIndex, iterable: Iterable[Any], commit: bool = True
    ) -> None:
        """Write these objects; one that was there is replaced, what is skipped is taken out.

        With `commit` they are found at once, else within a second. Where documents are refused,
        all others are written before DocumentsRefused.
        """
        for batch in preparing.batches(documents.prepared(index, iterable), self.batch_size):
            self.index.write(batch, commit)

    def remove(self, obj_or_string: Model | str, commit: bool = True) -> None:
        """Take one document out, by object or by "app.model.pk"; absence is no error."""
        self.remove_many([get_identifier(obj_or_string)], commit)

    def remove_many(self, identifiers: Iterable[str], commit: bool = True) -> None:
        """Take these documents out, a thousand in one request."""
        gone = (Document(each, None) for each in identifiers)
        for batch in preparing.batches(gone, _REMOVED_AT_ONCE):
            self.index.write(batch, commit)

    def clear(self, models: Iterable[type[Model]] | None = None, commit: bool = True) -> None:
        """Take all documents out, or all of these models."""
        if not self.index.count(self.seconds):
            return
        labels = None if models is None else [get_model_ct(model) for model in models]
        self.remove_many((each for each, _ in self.index.held(labels)), commit)

    @contextmanager
    def waiting_at_most(self, seconds: float) -> Iterator[None]:
        """Inside, a write gives up when the servers have not done it in this time."""
        before, self.index.write_seconds = self.index.write_seconds, seconds
        try:
            yield
        finally:
            self.index.write_seconds = before

    def rebuild(self) -> Rebuild:
        """A new index beside the live one; see Rebuild."""
        return Rebuild(self.index.servers, self.index.names, documents.prepared)

    # Comparing with the database

    def versions(self) -> Iterator[tuple[str, str]]:
        """Identifier and version of every document, in order of identifiers."""
        return self.index.held(None)

    def document_count(self) -> int:
        return self.index.count(self.seconds)

    def is_whole(self) -> bool:
        """Whether the index was built, and not only made by a write because there was none."""
        return self.index.is_whole(self.seconds)

    def problems(self) -> list[str]:
        """What `manage.py check` should say: out of reach, too old, an index that is not ours."""
        return self.index.problems(self.seconds)

    # Searching

    @log_query
    def search(self, query_string: Condition | str, **kwargs: Any) -> dict[str, Any]:
        """Hits of a condition (or of a plain text) as Haystack expects them."""
        asking.refuse_places(kwargs)
        fields = self.fields()
        condition = asking.condition_of(query_string)
        built = self._request(condition, fields, kwargs)
        sort_by = kwargs.get("sort_by")
        marking = marking_of(asking.words_to_mark(condition), kwargs.get("highlight"))
        body = {
            "_source": request.HIT_FIELDS if asking.wants_values(kwargs) else request.OWN_FIELDS,
            "query": built.query(request.factors(asking.boosted(kwargs), fields)),
            "sort": request.order(sort_by, fields) if sort_by else request.by_relevance(),
            "aggs": facets.asked(kwargs, fields) | stats.asked(kwargs.get("stats") or {}, fields),
        }
        page = self.index.page(
            self.seconds, body, kwargs.get("start_offset") or 0, kwargs.get("end_offset")
        )
        found = {
            "results": results(
                self.connection_alias, page.hits, kwargs.get("result_class"), marking
            ),
            "hits": page.total,
            "facets": facets.answered(kwargs, page.aggregations, fields),
            "stats": stats.answered(kwargs.get("stats") or {}, page.aggregations, fields),
        }
        if self.include_spelling or kwargs.get("spelling_query"):
            found["spelling_suggestion"] = self.spelling_suggestion(condition, **kwargs)
        return found

    def more_like_this(
        self,
        model_instance: Model,
        additional_query_string: Condition | None = None,
        start_offset: int = 0,
        end_offset: int | None = None,
        models: Iterable[type[Model]] | None = None,
        result_class: type | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Documents that share the rarest words of this object's document."""
        fields = self.fields()
        identifier = get_identifier(model_instance)
        base = self._request(
            additional_query_string or lookups.EVERYTHING, fields, {"models": models, **kwargs}
        )
        shared = self._shared_words(identifier, fields)
        # What else was asked for is a condition here: nearness alone ranks.
        conditions = [*(tier.found for tier in base.tiers[-1:]), base.where]
        inner = {
            "must": [shared],
            "filter": conditions,
            "must_not": [{"term": {"id": identifier}}],
        }
        body = {"query": {"bool": inner}, "sort": request.by_relevance()}
        page = self.index.page(self.seconds, body, start_offset, end_offset)
        made = results(self.connection_alias, page.hits, result_class)
        return {"results": made, "hits": page.total}

    def spelling_suggestion(
        self, query: Condition | str, spelling_query: str | None = None, **kwargs: Any
    ) -> str | None:
        """What the text of a query, or `spelling_query`, may have been meant to be.

        Only what the same search would find with it: scheduled content suggests nothing.
        """
        text, others = lookups.without_text(asking.condition_of(query))
        within = self._request(others, self.fields(), kwargs)
        asked = spelling_query or text
        with self.index.asking(self.seconds) as ask:
            vocabulary = IndexVocabulary(ask, asked, within.query())
            return spelling.suggestion(asked, vocabulary)

    def fields(self) -> Fields:
        """The fields and roles of all indexes of this connection."""
        unified = connections[self.connection_alias].get_unified_index()
        return Fields.of(unified.get_indexes().values(), unified.all_searchfields())

    def _shared_words(self, identifier: str, fields: Fields) -> Clause:
        kept = self.index.stored(self.seconds, identifier)
        words = similar.candidates(values.decode(kept), fields.roles) if kept else []
        if not words:
            return NOTHING
        with self.index.asking(self.seconds) as ask:
            answer = ask({"size": 0, "aggs": similar.counting(words)})
        return similar.query(words, answer["aggregations"])

    def _request(self, condition: Condition, fields: Fields, kwargs: dict[str, Any]) -> Request:
        clauses = [request.clause(part, fields) for part in asking.narrowings(kwargs)]
        labels = asking.labels(kwargs, self.build_models_list())
        built = request.build(condition, fields)
        return request.narrowed(built, *clauses, request.one_of_models(labels))
