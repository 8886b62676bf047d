"""What only a server can do wrong, beside `search.engines.errors`, and how its answers are read.

What is the whole engine's fault is also an OSError or IndexBusy, for which a drain lets all
rows wait; what is one document's fault is no SearchFailure, so that the document waits alone.
"""

from collections.abc import Mapping
from typing import Any

import elasticsearch
from haystack.exceptions import SearchBackendError

from search.engines.errors import (
    IndexBusy,
    IndexUnusable,
    QueryRefused,
    SearchFailure,
    SearchTimeout,
)

_MAX_REASON = 500


class ServerUnreachable(SearchFailure, ConnectionError):
    """No server of the connection answers."""


class ServerRefused(SearchFailure, PermissionError):
    """The server does not take this program's credentials, or does not let it do this."""


class DocumentsRefused(SearchBackendError):
    """The server took a batch without some of its documents: `reasons` by identifier."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        first = next(iter(self.reasons.items()), ("", ""))
        super().__init__(
            f"{len(self.reasons)} documents were refused, such as {first[0]}: {first[1]}"
        )


def of_client(error: Exception) -> SearchFailure:
    """An error of the client, by what a caller can do about it. No text has a password in it."""
    match error:
        case elasticsearch.ConnectionTimeout():
            return SearchTimeout("The search server did not answer in time.")
        case elasticsearch.UnsupportedProductError():
            return ServerUnreachable("What answers there is no Elasticsearch.")
        case elasticsearch.ApiError():
            return _of_answer(error.status_code, error.body)
        case elasticsearch.TransportError():
            return ServerUnreachable(
                f"The search server is out of reach: {error.message}"[:_MAX_REASON]
            )
    return SearchFailure(f"The search server could not be asked: {type(error).__name__}.")


def of_item(status: int, error: Mapping[str, Any]) -> SearchFailure | None:
    """The error of one operation of a bulk, or None where its document alone is at fault."""
    kind = str(error.get("type", ""))
    if kind == "cluster_block_exception" or status in (429, 503) or status >= 500:
        return IndexBusy(f"The search server cannot write now: {reason(error)}")
    if kind == "index_not_found_exception":
        return IndexUnusable("The search index is missing: rebuild it.")
    if status in (401, 403):
        return ServerRefused(f"The search server refuses to write: {reason(error)}")
    return None


def reason(error: Any) -> str:
    """The sentence of an error, as short as a log needs it."""
    if not isinstance(error, Mapping):
        return str(error)[:_MAX_REASON]
    cause = error.get("caused_by") or {}
    parts = [error.get("type"), error.get("reason"), cause.get("reason")]
    return ": ".join(str(part) for part in parts if part)[:_MAX_REASON]


def _of_answer(status: int, body: Any) -> SearchFailure:
    error = body.get("error", body) if isinstance(body, Mapping) else body
    root = (error.get("root_cause") or [error])[0] if isinstance(error, Mapping) else error
    kind = root.get("type", "") if isinstance(root, Mapping) else ""
    text = reason(root)
    if kind == "cluster_block_exception" or status in (429, 502, 503, 504):
        return IndexBusy(f"The search server cannot do this now: {text}")
    if kind == "index_not_found_exception" or status == 404:
        return IndexUnusable(f"The search index is missing: rebuild it. ({text})")
    if status in (401, 403):
        return ServerRefused(f"The search server refuses access: {text}")
    if status in (400, 413):
        # 413: too large, of a server or a proxy. Waiting does not help; alone it may be taken.
        return QueryRefused(f"The search server refuses the request: {text}")
    return SearchFailure(f"The search server failed with {status}: {text}")
