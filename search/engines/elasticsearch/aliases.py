"""The indexes of a connection: which one answers under its alias, and whether it is ours.

blog            the alias, which searches and writes go through
blog-…          an index behind it, or one that is being filled
blog-changes    while one is being filled: an alias of the index of what changed meanwhile
blog-rebuild    who is filling one
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from search.engines.elasticsearch import mapping
from search.engines.errors import IndexUnusable


class NameTaken(IndexUnusable):
    """An index that nobody here made has the name of the alias: rebuilding does not help."""


@dataclass(frozen=True)
class Names:
    """What the indexes of one connection are called, and how they are made."""

    alias: str
    shards: int = 1
    replicas: int | None = None

    @property
    def changes(self) -> str:
        return f"{self.alias}-changes"

    @property
    def rebuild(self) -> str:
        return f"{self.alias}-rebuild"

    @property
    def first(self) -> str:
        """The index that a write makes where there is none: it was never built."""
        return f"{self.alias}-first"

    def fresh(self) -> str:
        """A name that no index has yet."""
        return f"{self.alias}-{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(3)}"


def answering(client: Elasticsearch, names: Names) -> list[str]:
    """The indexes behind the alias: one, as a rule, or none. An index of its name is an error."""
    try:
        found = client.indices.get_alias(index=names.alias).body
    except NotFoundError:
        return []
    if names.alias in found:
        raise NameTaken(
            f"An index is called {names.alias!r}, which has to be an alias:"
            " delete that index, or choose another INDEX_NAME."
        )
    return sorted(found)


def live(client: Elasticsearch, names: Names) -> str | None:
    """The index behind the alias, or None; IndexUnusable where there are several."""
    found = answering(client, names)
    if len(found) > 1:
        raise IndexUnusable(f"{len(found)} indexes answer to {names.alias!r}: rebuild it.")
    return found[0] if found else None


def ensure(client: Elasticsearch, names: Names) -> None:
    """Make an empty index behind the alias where there is none; many may do so at once."""
    body = mapping.index_body(
        names.alias, shards=names.shards, replicas=names.replicas, aliases=(names.alias,)
    )
    create(client, names.first, body)


def create(client: Elasticsearch, name: str, body: dict[str, Any]) -> bool:
    """Make an index; False where one of this name was there."""
    try:
        client.indices.create(index=name, **body)
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
        return False
    return True


def check(client: Elasticsearch, names: Names) -> None:
    """IndexUnusable where no index is behind the alias, or one of another program or version."""
    behind = answering(client, names)
    if not behind:
        raise IndexUnusable(f"There is no index behind {names.alias!r}: rebuild it.")
    found = _meta(client, names.alias)
    for name in behind:
        made = found.get(name, {})
        if made.get("program") != mapping.PROGRAM:
            raise IndexUnusable(f"The index {name} has a mapping that is not ours: rebuild it.")
        if made.get("version") != mapping.VERSION:
            raise IndexUnusable(
                f"The index {name} has version {made.get('version')},"
                f" this program needs {mapping.VERSION}: rebuild it."
            )


def versions(client: Elasticsearch) -> set[str]:
    """The versions of all servers of the cluster."""
    nodes = client.nodes.info(filter_path="nodes.*.version").body
    return {node["version"] for node in nodes.get("nodes", {}).values()}


def is_supported(version: str) -> bool:
    return version.partition(".")[0] in mapping.SERVERS


def ours(client: Elasticsearch, names: Names) -> list[str]:
    """All indexes that were made for this alias, whatever became of them."""
    return sorted(
        name
        for name, made in _meta(client, f"{names.alias}-*").items()
        if (made.get("program"), made.get("alias")) == (mapping.PROGRAM, names.alias)
    )


def _meta(client: Elasticsearch, pattern: str) -> dict[str, dict[str, Any]]:
    found = client.indices.get_mapping(
        index=pattern, filter_path="*.mappings._meta", ignore_unavailable=True
    ).body
    return {name: each["mappings"]["_meta"] for name, each in found.items()}
