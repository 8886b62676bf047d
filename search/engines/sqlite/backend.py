"""Haystack's backend over an index file: what is written, removed, found and compared."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from haystack import connections, indexes
from haystack.backends import BaseSearchBackend, log_query
from haystack.exceptions import SkipDocument
from haystack.utils import get_identifier, get_model_ct

from search.engines import asking, lookups, preparing, spelling
from search.engines.lookups import Condition
from search.engines.marking import marking_of
from search.engines.results import results
from search.engines.sqlite import counts, documents, ranking, request, similar
from search.engines.sqlite.documents import Document
from search.engines.sqlite.files import IndexFile
from search.engines.sqlite.planning import planned
from search.engines.sqlite.ranking import Found
from search.engines.sqlite.rebuild import Rebuild
from search.engines.sqlite.request import ANYTHING, Clause, Fields, Request, Tier
from search.engines.sqlite.vocabulary import FileVocabulary

DEFAULT_SECONDS = 1.5
_MAX_SECONDS_OF_CHECKS = 600.0
_FIRST_PAGE = 20
Prepared = tuple[Document | None, str]


class SQLiteSearchBackend(BaseSearchBackend):
    """Documents in one SQLite file, found by FTS5. Options: PATH, TIMEOUT, BATCH_SIZE.

    Never silent, whatever SILENTLY_FAIL says: all errors are `search.engines.errors`.
    """

    def __init__(self, connection_alias: str, **options: Any) -> None:
        super().__init__(connection_alias, **options)
        if not options.get("PATH"):
            raise ImproperlyConfigured(f"The search connection {connection_alias!r} needs a PATH.")
        self.file = IndexFile(options["PATH"])
        self.seconds = float(options.get("TIMEOUT", DEFAULT_SECONDS))
        self._last = threading.local()

    # Writing

    def update(
        self, index: indexes.SearchIndex, iterable: Iterable[Any], commit: bool = True
    ) -> None:
        """Write these objects, each batch in one transaction; one that was there is replaced.

        Objects that the index skips (SkipDocument) are taken out. `commit` is Haystack's;
        every batch is committed.
        """
        for batch in preparing.batches(self._prepare(index, iterable), self.batch_size):
            with self.file.reading(_MAX_SECONDS_OF_CHECKS) as connection:
                documents.cut_changed(connection, (document for document, _ in batch if document))
            with self.file.writing() as connection:
                documents.write(connection, batch)

    def remove(self, obj_or_string: Model | str, commit: bool = True) -> None:
        """Take one document out, by object or by "app.model.pk"; absence is no error."""
        self.remove_many([get_identifier(obj_or_string)], commit)

    def remove_many(self, identifiers: Iterable[str], commit: bool = True) -> None:
        """Take these documents out, in one transaction."""
        with self.file.writing() as connection:
            documents.drop(connection, identifiers)

    def clear(self, models: Iterable[type[Model]] | None = None, commit: bool = True) -> None:
        """Take all documents out, or all of these models."""
        with self.file.writing() as connection:
            if models is None:
                documents.drop_all(connection)
                return
            for model in models:
                rows = connection.execute(
                    "SELECT id FROM documents WHERE django_ct = ?", [get_model_ct(model)]
                ).fetchall()
                documents.drop(connection, [identifier for (identifier,) in rows])

    @contextmanager
    def waiting_at_most(self, seconds: float) -> Iterator[None]:
        """Inside, a write gives up with IndexBusy if it does not get its turn in this time."""
        before, self.file.busy_seconds = self.file.busy_seconds, seconds
        try:
            yield
        finally:
            self.file.busy_seconds = before

    def rebuild(self) -> Rebuild:
        """A new index beside the live one; see Rebuild."""
        return Rebuild(self.file, self._prepare)

    # Comparing with the database

    def versions(self) -> Iterator[tuple[str, str]]:
        """Identifier and version of every document, in order of identifiers."""
        last = ""
        while True:
            with self._comparing() as connection:
                rows = connection.execute(
                    "SELECT id, version FROM documents WHERE id > ? ORDER BY id LIMIT 1000", [last]
                ).fetchall()
            if not rows:
                return
            yield from rows
            last = rows[-1][0]

    def document_count(self) -> int:
        with self._comparing() as connection:
            return connection.execute("SELECT count(*) FROM documents").fetchone()[0]

    def integrity_errors(self) -> list[str]:
        """What SQLite finds wrong in the file and in its token table; empty for a sound one."""
        with self._comparing() as connection:
            rows = connection.execute("PRAGMA integrity_check(20)").fetchall()
        with self.file.writing() as connection:
            connection.execute("INSERT INTO tokens (tokens, rank) VALUES ('integrity-check', 1)")
        return [text for (text,) in rows if text != "ok"]

    # Searching

    @log_query
    def search(self, query_string: Condition | str, **kwargs: Any) -> dict[str, Any]:
        """Hits of a condition (or of a plain text) as Haystack expects them."""
        asking.refuse_places(kwargs)
        fields = self.fields()
        condition = asking.condition_of(query_string)
        built = self._request(condition, fields, kwargs)
        by = request.order(kwargs["sort_by"], fields) if kwargs.get("sort_by") else None
        start, end = kwargs.get("start_offset") or 0, kwargs.get("end_offset")
        marking = marking_of(asking.words_to_mark(condition), kwargs.get("highlight"))
        boosts = request.boosts(asking.boosted(kwargs), fields)
        with self.file.reading(self.seconds) as connection:
            found = self._found(connection, built, by, boosts, start, end)
            ranked = found.ranked[start : found.total if end is None else end]
            hits = ranking.load(connection, ranked, asking.wants_values(kwargs))
            counted = self._counted(connection, built, fields, kwargs)
        answer = {
            "results": results(self.connection_alias, hits, kwargs.get("result_class"), marking),
            "hits": found.total,
            **counted,
        }
        if self.include_spelling or kwargs.get("spelling_query"):
            answer["spelling_suggestion"] = self.spelling_suggestion(condition, **kwargs)
        return answer

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
        """Documents that share the rarest tokens of this object's document."""
        identifier = get_identifier(model_instance)
        base = self._request(
            additional_query_string or lookups.EVERYTHING,
            self.fields(),
            {"models": models, **kwargs},
        )
        others = Clause("d.id != ?", (identifier,))
        with self.file.reading(self.seconds) as connection:
            base = planned(connection, base)
            asked = [request.matching(tier.match) for tier in base.tiers[-1:]]
            where = request.every(base.where, others, *asked)
            tier = similar.expression(connection, identifier)
            built = Request((Tier(tier),), where) if tier else Request((), request.NOTHING)
            found = self._found(connection, built, None, ANYTHING, start_offset, end_offset)
            ranked = found.ranked[start_offset : found.total if end_offset is None else end_offset]
            hits = ranking.load(connection, ranked, asking.wants_values(kwargs))
        made = results(self.connection_alias, hits, result_class)
        return {"results": made, "hits": found.total}

    def spelling_suggestion(
        self, query: Condition | str, spelling_query: str | None = None, **kwargs: Any
    ) -> str | None:
        """What the text of a query, or `spelling_query`, may have been meant to be.

        Only what the same search would find with it: scheduled content suggests nothing.
        """
        text, others = lookups.without_text(asking.condition_of(query))
        within = self._request(others, self.fields(), kwargs)
        with self.file.reading(self.seconds) as connection:
            vocabulary = FileVocabulary(connection, planned(connection, within))
            return spelling.suggestion(spelling_query or text, vocabulary)

    def fields(self) -> Fields:
        """The fields and roles of all indexes of this connection."""
        unified = connections[self.connection_alias].get_unified_index()
        return Fields.of(unified.get_indexes().values(), unified.all_searchfields())

    def close(self) -> None:
        """Leave this thread's connection to the file."""
        self.file.close()

    def _prepare(self, index: indexes.SearchIndex, iterable: Iterable[Any]) -> Iterator[Prepared]:
        """Documents and identifiers; no document for what the index skips."""
        for obj in iterable:
            try:
                yield documents.prepared(index, index.full_prepare(obj)), ""
            except SkipDocument:
                yield None, get_identifier(obj)

    def _request(self, condition: Condition, fields: Fields, kwargs: dict[str, Any]) -> Request:
        labels = asking.labels(kwargs, self.build_models_list())
        return request.narrowed(condition, asking.narrowings(kwargs), labels, fields)

    def _found(
        self,
        connection: Any,
        built: Request,
        by: Clause | None,
        boosts: Clause,
        start: int,
        end: int | None,
    ) -> Found:
        """What a request finds, ranked as far as `end`.

        Haystack asks the same again for each slice, and for the count: while the file is as it
        was, the last answer of this thread is still right. What is asked for further on is
        ranked twice as far as asked, so that walking through all hits is not a ranking each.
        """
        state = (built, by, boosts, self.file.state(connection))
        found: Found | None = None
        if getattr(self._last, "state", None) == state:
            found = self._last.found
        if found is None:
            plan = planned(connection, built)
            found = Found(ranking.count(connection, plan))
            self._last.state, self._last.found, self._last.plan = state, found, plan
        end = found.total if end is None else min(end, found.total)
        if len(found.ranked) < end and start < end:
            # The count asks for one hit; the page that follows it, for ten.
            reach = min(2 * end if start else max(end, _FIRST_PAGE), found.total)
            found.ranked = ranking.rank(connection, self._last.plan, by, reach, boosts)
        return found

    def _counted(
        self, connection: Any, built: Request, fields: Fields, kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        """Facets and statistics, as far as they are asked for."""
        if not asking.wants_facets(kwargs) and not kwargs.get("stats"):
            return {"facets": {}}
        counts.remember(connection, planned(connection, built))
        answer: dict[str, Any] = {"facets": {}}
        if asking.wants_facets(kwargs):
            answer["facets"] = {
                "fields": counts.field_facets(connection, kwargs.get("facets") or {}, fields),
                "dates": counts.date_facets(connection, kwargs.get("date_facets") or {}, fields),
                "queries": {
                    name: counts.count_where(connection, request.clause(condition, fields))
                    for name, condition in asking.query_facets(kwargs).items()
                },
            }
        if kwargs.get("stats"):
            answer["stats"] = counts.statistics(connection, kwargs["stats"], fields)
        return answer

    @contextmanager
    def _comparing(self) -> Iterator[Any]:
        with self.file.reading(_MAX_SECONDS_OF_CHECKS) as connection:
            yield connection
