"""Compare fields with values: one lookup on one field as a clause. Pure functions."""

import math
from collections.abc import Callable
from typing import Any

from search.engines.elasticsearch import fields as held
from search.engines.elasticsearch import words
from search.engines.elasticsearch.clauses import NOTHING, Clause, all_of, any_of, none_of
from search.engines.elasticsearch.fields import Fields
from search.engines.elasticsearch.words import Places
from search.engines.errors import QueryRefused
from search.engines.fields import PARTS, is_string, refuse_parts
from search.engines.lookups import Leaf
from search.folding import fold

WORDS = ("content", "reader", "phrase")
_RANGES = ("gt", "gte", "lt", "lte")
# What one `terms` query may list.
_MAX_TERMS = 65_000
_MAX_LONG = 2**63 - 1
# Characters of a pattern; a server refuses what makes too large an automaton.
_MAX_PATTERN = 100


def in_field(leaf: Leaf, fields: Fields) -> Clause:
    """A lookup on a field of Haystack's indexes; true if one of its values meets it."""
    kind = fields.types[leaf.field]
    if leaf.value is None:
        return _missing(leaf.field, held.group(kind))
    if leaf.lookup in WORDS and is_string(kind):
        return in_words(leaf, fields)
    if leaf.lookup in PARTS:
        return _part(leaf, fields)
    where = held.group(kind)
    return _compare(leaf, lambda value: held.placed(value, kind), f"{where}.{leaf.field}")


def in_own(leaf: Leaf, field: str) -> Clause:
    """A lookup on what every document has: identifier, kind and key."""
    if leaf.value is None:
        return NOTHING
    if leaf.lookup in PARTS:
        return _folded(leaf.lookup, field, str(leaf.value), {"case_insensitive": True})
    return _compare(leaf, lambda value: ("", None if value is None else _text(value)), field)


def in_words(leaf: Leaf, fields: Fields) -> Clause:
    """Every word of the value is in this field."""
    kind = getattr(fields.types[leaf.field], "field_type", "string")
    value = str(leaf.value)
    if leaf.field not in fields.roles and kind in ("ngram", "edge_ngram"):
        return _by_parts_of_words(leaf.field, value, kind, fields)
    parts: tuple[str, ...] = ()
    if leaf.field in fields.roles and leaf.lookup != "phrase":
        parts = (f"part.{leaf.field}",)
    places = Places(fields.terms(leaf.field), parts)
    return words.text(value, places, as_phrase=leaf.lookup == "phrase")


def _by_parts_of_words(name: str, value: str, kind: str, fields: Fields) -> Clause:
    found = []
    for word in fold(value).split():
        if kind == "ngram":
            found.append(_folded("contains", f"folded.{name}", word, {}))
        else:
            found.append(words.beginning(word, Places(fields.terms(name))))
    return all_of(found) if found else NOTHING


def _part(leaf: Leaf, fields: Fields) -> Clause:
    value = str(leaf.value)
    if not fields.is_long(leaf.field):
        refuse_parts(leaf.field, leaf.lookup, fields.types[leaf.field])
        return _folded(leaf.lookup, f"folded.{leaf.field}", value, {})
    if leaf.lookup == "fuzzy":
        # A text is like another one as a whole, which only short ones can be.
        return _folded(leaf.lookup, f"folded.{leaf.field}", value, {})
    return words.part(value, Places(fields.terms(leaf.field)), leaf.lookup)


def _folded(lookup: str, field: str, value: str, options: dict[str, Any]) -> Clause:
    """A part of a string that is held folded."""
    text = held.folded(value)
    if not text:
        return NOTHING
    if lookup == "fuzzy":
        like = {**words.resembling(text), "max_expansions": 1000}
        return {"fuzzy": {field: like}} if len(text) <= _MAX_PATTERN else NOTHING
    # A server takes no longer patterns: of a longer value its pieces are asked for.
    first, *others = (
        text[start : start + _MAX_PATTERN] for start in range(0, len(text), _MAX_PATTERN)
    )
    if not others:
        return _pattern(lookup, field, first, options)
    whole = [_pattern("contains", field, each, options) for each in others[:-1]]
    edges = [
        _pattern("startswith" if lookup == "startswith" else "contains", field, first, options),
        _pattern("endswith" if lookup == "endswith" else "contains", field, others[-1], options),
    ]
    return all_of([*edges, *whole])


def _pattern(lookup: str, field: str, text: str, options: dict[str, Any]) -> Clause:
    if lookup == "startswith":
        return {"prefix": {field: {"value": text, **options}}}
    pattern = f"*{words.escaped(text)}{'*' if lookup == 'contains' else ''}"
    return {"wildcard": {field: {"value": pattern, **options}}}


def _compare(leaf: Leaf, place: Callable[[Any], tuple[str, Any]], field: str) -> Clause:
    match leaf.lookup:
        case "in":
            return _one_of(_listed(leaf), place, field)
        case "range":
            low, high = (place(item)[1] for item in pair(leaf))
            return NOTHING if None in (low, high) else {"range": {field: {"gte": low, "lte": high}}}
        case "gt" | "gte" | "lt" | "lte":
            where, value = place(leaf.value)
            return NOTHING if value is None else _beyond(field, leaf.lookup, value, where)
        case "exact" | "content" | "phrase" | "reader":
            return _one_of([leaf.value], place, field)
    raise NotImplementedError(f"The field {leaf.field!r} has no lookup {leaf.lookup!r}.")


def _one_of(items: list[Any], place: Callable[[Any], tuple[str, Any]], field: str) -> Clause:
    wanted: dict[str, list[Any]] = {}
    for item in items:
        where, value = place(item)
        if value is None or (where == held.WHOLE and value != int(value)):
            continue
        # A number in a field of no type is held beside its strings.
        name = (
            field if not where or field.startswith(where) else f"{where}.{field.partition('.')[2]}"
        )
        wanted.setdefault(name, []).append(value)
    return any_of(
        {"terms": {name: found[start : start + _MAX_TERMS]}}
        for name, found in wanted.items()
        for start in range(0, len(found), _MAX_TERMS)
    )


def _beyond(field: str, lookup: str, value: Any, where: str) -> Clause:
    if where == held.WHOLE and isinstance(value, float):
        # Only whole numbers are held: above 1.5 is from 2 on.
        up = lookup in ("lt", "gte")
        value = math.ceil(value) if up else math.floor(value)
    if where == held.WHOLE and abs(value) > _MAX_LONG:
        value = _MAX_LONG if value > 0 else -_MAX_LONG
    if where and not field.startswith(where):
        field = f"{where}.{field.partition('.')[2]}"
    return {"range": {field: {lookup: value}}}


def _missing(name: str, where: str) -> Clause:
    return none_of({"exists": {"field": f"{where}.{name}"}})


def pair(leaf: Leaf) -> tuple[Any, Any]:
    """The ends of a range."""
    items = _listed(leaf)
    if len(items) != 2:
        raise QueryRefused(f"A range of {leaf.field!r} needs two values.")
    return items[0], items[1]


def _listed(leaf: Leaf) -> list[Any]:
    return [leaf.value] if isinstance(leaf.value, str) else list(leaf.value)


def _text(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode()
