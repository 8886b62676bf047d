"""Make the document that a server is sent from what an index prepared: pure functions."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from haystack import indexes
from haystack.constants import DJANGO_CT, DJANGO_ID, ID
from haystack.exceptions import SkipDocument
from haystack.utils import get_identifier

from search.engines import preparing
from search.engines.elasticsearch import fields, tokens, vocabulary
from search.engines.fields import fields_of, is_string, roles_in
from search.engines.preparing import RESERVED
from search.indexes import Role
from search.segmentation import Tokens, tokenize

_MAX_ID_BYTES = 512


@dataclass(frozen=True)
class Document:
    """One object's document, or that there is none (`source` is None) and it has to go."""

    identifier: str
    source: dict[str, Any] | None


def prepared(index: indexes.SearchIndex, objects: Iterable[Any]) -> Iterator[Document]:
    """The documents of objects; what the index skips is one to take out."""
    for each in objects:
        try:
            data = index.full_prepare(each)
        except SkipDocument:
            yield Document(get_identifier(each), None)
        else:
            yield Document(data[ID], source(index, data))


def key(identifier: str) -> str:
    """The server's key of a document: the identifier, or its hash where that is too long."""
    encoded = identifier.encode("utf-8", "replace")
    if 0 < len(encoded) <= _MAX_ID_BYTES:
        return encoded.decode()
    return hashlib.sha256(encoded).hexdigest()


def source(index: indexes.SearchIndex, data: dict[str, Any]) -> dict[str, Any]:
    """What of one object the server holds: its terms, its values, and itself."""
    data = preparing.plain(data)
    recency_field = getattr(index, "recency_field", "")
    return {
        "id": data[ID],
        "django_ct": data[DJANGO_CT],
        "django_id": data[DJANGO_ID],
        "version": preparing.version_of(index, data),
        "recency": fields.recency(data.get(recency_field), index.fields.get(recency_field)),
        "stored": preparing.stored(index, data),
        **_texts(index, data),
        **_values(index, data),
    }


def _texts(index: indexes.SearchIndex, data: dict[str, Any]) -> dict[str, Any]:
    """The terms of all texts that have a role, and what is made from several of them."""
    made: dict[str, Any] = {"text": {}, "part": {}, "titles": []}
    whole = Tokens()
    for name, role in roles_in(index).items():
        found = [tokenize(each) for each in _strings(data.get(name))]
        if not found:
            continue
        bordered = role in fields.LONG_ROLES
        made["text"][name] = [tokens.text(each.words, bordered=bordered) for each in found]
        made["part"][name] = [" ".join(each.parts) for each in found if each.parts]
        if role == Role.TITLE:
            made["titles"] += [tokens.text(each.words) for each in found]
        for each in found:
            whole.words.extend(each.words)
            whole.known |= each.known
            whole.straddles.update(each.straddles)
    return {**made, "spelled": whole.only_spelled(), **vocabulary.known(whole.known)}


def _values(index: indexes.SearchIndex, data: dict[str, Any]) -> dict[str, Any]:
    """The values that filters, facets and orders compare."""
    roles, kinds = roles_in(index), fields_of(index)
    made: dict[str, dict[str, Any]] = {
        "words": {}, "raw": {}, "folded": {}, "whole": {}, "number": {}
    }  # fmt: skip
    for name, value in data.items():
        kind = kinds.get(name)
        if name in RESERVED or kind is None or not kind.indexed:
            continue
        items = value if isinstance(value, list) else [value]
        for item in items:
            where, held = fields.placed(item, kind)
            if held is None:
                continue
            made[where].setdefault(name, []).append(int(held) if where == fields.WHOLE else held)
            is_long = roles.get(name) in fields.LONG_ROLES
            if where == fields.RAW and (not is_long or fields.is_short(str(item))):
                made["folded"].setdefault(name, []).append(fields.folded(str(item)))
        if is_string(kind) and name not in roles:
            made["words"][name] = [tokens.text(tokenize(each).words) for each in _strings(value)]
    return made


def _strings(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if item is not None and item != ""]
