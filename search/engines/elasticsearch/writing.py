"""Send documents in bulk, in requests of a bearable size, and tell what each of them became."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from elasticsearch import Elasticsearch

from search.engines.elasticsearch import response
from search.engines.elasticsearch.documents import Document, key
from search.engines.elasticsearch.errors import DocumentsRefused, of_item
from search.engines.elasticsearch.response import Written
from search.engines.errors import IndexUnusable

# A server takes 100 MB at once; less keeps its memory and our deadline.
_MAX_BYTES = 8_000_000


def write(
    client: Elasticsearch,
    target: str,
    documents: Iterable[Document],
    *,
    changes: str = "",
    refresh: bool = False,
) -> Written:
    """Put documents into the index behind the alias `target`, and take out those without source.

    Their identifiers are noted in the index behind `changes`, if there is one now. One bad
    document does not take its neighbours: all others are written before DocumentsRefused.
    """
    created = deleted = 0
    refused: dict[str, str] = {}
    for batch in _bearable(documents):
        identifiers = [identifier for identifier, _ in batch]
        operations: list[Any] = [line for _, lines in batch for line in lines]
        if changes:
            operations.append(_line({"index": {"_index": changes, "require_alias": True}}))
            operations.append(_line({"ids": identifiers}))
        answer = client.bulk(
            index=target, operations=operations, require_alias=True, refresh=refresh
        ).body
        if changes:
            _check_note(answer["items"][-1]["index"])
        try:
            done = response.written(answer, identifiers)
        except DocumentsRefused as error:
            refused |= error.reasons
        else:
            created, deleted = created + done.created, deleted + done.deleted
    if refused:
        raise DocumentsRefused(refused)
    return Written(created, deleted)


def _check_note(outcome: dict[str, Any]) -> None:
    """A note that could not be written must not be lost; that nobody asked for one is no error."""
    error = outcome.get("error")
    if not error:
        return
    failure = of_item(int(outcome.get("status", 500)), error)
    if failure is not None and not isinstance(failure, IndexUnusable):
        raise failure


def _bearable(documents: Iterable[Document]) -> Iterator[list[tuple[str, list[bytes]]]]:
    batch: list[tuple[str, list[bytes]]] = []
    size = 0
    for document in documents:
        lines = _lines(document)
        length = sum(map(len, lines))
        if batch and size + length > _MAX_BYTES:
            yield batch
            batch, size = [], 0
        batch.append((document.identifier, lines))
        size += length
    if batch:
        yield batch


def _lines(document: Document) -> list[bytes]:
    name = key(document.identifier)
    if document.source is None:
        return [_line({"delete": {"_id": name}})]
    return [_line({"index": {"_id": name}}), _line(document.source)]


def _line(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
