"""What an engine knows of the fields of Haystack's indexes: names, types, and roles of texts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from haystack import fields as haystack_fields
from haystack.indexes import SearchIndex

from search.engines.errors import QueryRefused
from search.indexes import Role, roles_of

# Lookups of a part of a text.
PARTS = ("contains", "startswith", "endswith", "fuzzy")
_STRING_KINDS = (None, "string", "ngram", "edge_ngram")


@dataclass(frozen=True)
class KnownFields:
    """The fields of all indexes of a connection, by their names in the index."""

    types: Mapping[str, haystack_fields.SearchField]
    roles: Mapping[str, Role] = field(default_factory=dict)
    # The name of a field in its class → its name in the index.
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, name: str) -> str:
        """The name in the index; QueryRefused for a field that no index has."""
        found = name if name in self.types else self.names.get(name, name)
        if found not in self.types:
            raise QueryRefused(f"No search index has a field {name!r}.")
        return found


def known(indexes: Iterable[SearchIndex], types: Mapping[str, Any]) -> dict[str, Any]:
    """Types, roles and names of the fields of these indexes, for `KnownFields`."""
    roles: dict[str, Role] = {}
    names: dict[str, str] = {}
    for index in indexes:
        roles = roles_in(index) | roles
        names |= {name: each.index_fieldname for name, each in index.fields.items()}
    return {"types": dict(types), "roles": roles, "names": names}


def fields_of(index: SearchIndex) -> dict[str, haystack_fields.SearchField]:
    """The fields by the names that they have in the index."""
    return {each.index_fieldname: each for each in index.fields.values()}


def roles_in(index: SearchIndex) -> dict[str, Role]:
    """The role of each text by the name that it has in the index."""
    return {
        index.fields[name].index_fieldname if name in index.fields else name: role
        for name, role in roles_of(index).items()
    }


def refuse_parts(name: str, lookup: str, kind: haystack_fields.SearchField) -> None:
    """QueryRefused where parts of a value are asked for, and it has none: a number, a moment."""
    if lookup in PARTS and not is_string(kind):
        raise QueryRefused(f"The field {name!r} holds no text; {lookup!r} asks for parts of one.")


def is_string(kind: haystack_fields.SearchField | None) -> bool:
    """Whether a field holds strings; one that says nothing about itself may."""
    is_decimal = isinstance(kind, haystack_fields.DecimalField)
    return not is_decimal and getattr(kind, "field_type", None) in _STRING_KINDS
