"""Haystack's backend over an index file: what is written, removed, found and compared."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from haystack import connections, indexes
from haystack.backends import BaseSearchBackend, log_query
from haystack.exceptions import SkipDocument
from haystack.models import SearchResult
from haystack.utils import get_identifier, get_model_ct
from haystack.utils.app_loading import haystack_get_model

from search import highlighting
from search.engines import lookups, narrowing
from search.engines.lookups import ALL_TEXTS, Condition, Leaf
from search.engines.sqlite import documents, request, results, similar
from search.engines.sqlite.documents import Document
from search.engines.sqlite.files import IndexFile
from search.engines.sqlite.rebuild import Rebuild
from search.engines.sqlite.request import Clause, Fields, Request
from search.indexes import Role, roles_of

DEFAULT_SECONDS = 1.5
_MAX_SECONDS_OF_CHECKS = 600.0
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

    # Writing

    def update(
        self, index: indexes.SearchIndex, iterable: Iterable[Any], commit: bool = True
    ) -> None:
        """Write these objects, each batch in one transaction; one that was there is replaced.

        Objects that the index skips (SkipDocument) are taken out. `commit` is Haystack's;
        every batch is committed.
        """
        for batch in _batches(self._prepare(index, iterable), self.batch_size):
            with self.file.reading(_MAX_SECONDS_OF_CHECKS) as connection:
                documents.cut_changed(connection, (document for document, _ in batch if document))
            with self.file.writing() as connection:
                for document, identifier in batch:
                    if document is None:
                        documents.drop(connection, [identifier])
                    else:
                        documents.put(connection, document)

    def remove(self, obj_or_string: Model | str, commit: bool = True) -> None:
        """Take one document out, by object or by "app.model.pk"; absence is no error."""
        with self.file.writing() as connection:
            documents.drop(connection, [get_identifier(obj_or_string)])

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
        for name in ("within", "dwithin", "distance_point"):
            if kwargs.get(name):
                raise NotImplementedError("This search engine knows no places and distances.")
        fields = self.fields()
        condition = self._condition(query_string)
        built = self._request(condition, fields, kwargs)
        by = request.order(kwargs["sort_by"], fields) if kwargs.get("sort_by") else None
        start, end = kwargs.get("start_offset") or 0, kwargs.get("end_offset")
        boosts = _boosts(kwargs.get("boost") or {}, fields)
        with self.file.reading(self.seconds) as connection:
            page = results.page(connection, built, by, start, end, boosts)
            facets = self._facets(connection, built, fields, kwargs)
        highlighted = _words_of(condition) if kwargs.get("highlight") else None
        found = self._results(page, kwargs.get("result_class"), highlighted)
        return {"results": found, "hits": page.total, "facets": facets}

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
        fields = self.fields()
        identifier = get_identifier(model_instance)
        base = self._request(
            additional_query_string or lookups.EVERYTHING, fields, {"models": models, **kwargs}
        )
        others = Clause("d.id != ?", (identifier,))
        helping = [
            Clause("d.doc IN (SELECT rowid FROM tokens WHERE tokens MATCH ?)", (tier,))
            for tier in base.tiers[-1:]
            if tier
        ]
        where = request.every(base.where, others, *helping)
        with self.file.reading(self.seconds) as connection:
            tier = similar.expression(connection, identifier)
            built = Request((tier,), where) if tier else Request((), request.NOTHING)
            page = results.page(connection, built, None, start_offset, end_offset, Clause("1"))
        return {"results": self._results(page, result_class, None), "hits": page.total}

    def fields(self) -> Fields:
        """The fields and roles of all indexes of this connection."""
        unified = connections[self.connection_alias].get_unified_index()
        types = dict(unified.all_searchfields())
        roles: dict[str, Role] = {}
        for index in unified.get_indexes().values():
            for name, role in roles_of(index).items():
                roles.setdefault(index.fields[name].index_fieldname, role)
        names = {getattr(index, "recency_field", "") for index in unified.get_indexes().values()}
        recency = names.pop() if len(names) == 1 else ""
        kind = getattr(types.get(recency), "field_type", "")
        return Fields(types, roles, recency if kind in ("date", "datetime") else "")

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

    def _condition(self, query: Condition | str) -> Condition:
        return Leaf(ALL_TEXTS, "content", query) if isinstance(query, str) else query

    def _request(self, condition: Condition, fields: Fields, kwargs: dict[str, Any]) -> Request:
        narrowed = [
            lookups.from_haystack(narrowing.parse(text))
            for text in kwargs.get("narrow_queries") or ()
        ]
        built = request.build(condition, fields)
        clauses = [request.clause(part, fields) for part in narrowed]
        models = kwargs.get("models")
        labels = sorted(get_model_ct(model) for model in models) if models else []
        limit = kwargs.get("limit_to_registered_models")
        if limit is None:
            limit = getattr(settings, "HAYSTACK_LIMIT_TO_REGISTERED_MODELS", True)
        if not labels and limit:
            labels = self.build_models_list()
        where = request.every(built.where, *clauses, request.one_of_models(labels))
        return Request(built.tiers, where)

    def _facets(
        self, connection: Any, built: Request, fields: Fields, kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        asked = [kwargs.get(name) for name in ("facets", "date_facets", "query_facets")]
        if not any(asked):
            return {}
        results.remember(connection, built)
        queries = {
            f"{name}:{text}": results.count_where(
                connection,
                request.clause(lookups.from_haystack(narrowing.parse(f"{name}:{text}")), fields),
            )
            for name, text in asked[2] or ()
        }
        return {
            "fields": results.field_facets(connection, asked[0] or {}, fields),
            "dates": results.date_facets(connection, asked[1] or {}, fields),
            "queries": queries,
        }

    def _results(
        self, page: results.Page, result_class: type | None, words: str | None
    ) -> list[Any]:
        unified = connections[self.connection_alias].get_unified_index()
        indexed = unified.get_indexed_models()
        made = []
        for hit in page.hits:
            app_label, model_name = hit.django_ct.split(".")
            model = haystack_get_model(app_label, model_name)
            if model not in indexed:
                continue
            stored = {"id": hit.id, **hit.stored}
            if words is not None:
                name = unified.document_field
                text = str(stored.get(name) or "")
                stored["highlighted"] = {name: [highlighting.excerpt(text, words)]}
            made.append(
                (result_class or SearchResult)(
                    app_label, model_name, hit.django_id, hit.score, **stored
                )
            )
        return made

    @contextmanager
    def _comparing(self) -> Iterator[Any]:
        with self.file.reading(_MAX_SECONDS_OF_CHECKS) as connection:
            yield connection


def _batches(items: Iterable[Prepared], size: int) -> Iterator[list[Prepared]]:
    remaining = iter(items)
    while batch := list(islice(remaining, max(size, 1))):
        yield batch


def _boosts(boosts: dict[str, float], fields: Fields) -> Clause:
    """By what the relevance of a document is multiplied for the terms that it has."""
    terms = [
        (request.clause(Leaf(ALL_TEXTS, "content", term), fields), float(factor))
        for term, factor in boosts.items()
    ]
    if not terms:
        return Clause("1")
    sql = " * ".join(f"(CASE WHEN {found.sql} THEN ? ELSE 1 END)" for found, _ in terms)
    return Clause(sql, tuple(v for found, factor in terms for v in (*found.params, factor)))


def _words_of(condition: Condition) -> str:
    """The texts that a query asks for, to be marked in its hits."""
    return " ".join(
        str(leaf.value)
        for leaf in lookups.leaves(condition)
        if not leaf.negated
        and isinstance(leaf.value, str | lookups.ReaderQuery)
        and leaf.lookup in ("content", "reader", "phrase", "contains", "startswith")
    )
