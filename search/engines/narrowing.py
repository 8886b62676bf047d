"""The small language of `narrow()`: `kind:article AND NOT (tag:"a b" OR views:[10 TO *])`.

Haystack joins strings here too, and facet links of templates rely on the spelling
`field:"value"`. This reads it back into a tree; a value is a JSON literal, a bare word, the
beginning of one (`k*`) or a range whose ends belong to it in brackets and not in braces.
"""

import json
import re
from typing import Any

from haystack.backends import SQ

from search.engines.errors import QueryRefused
from search.engines.lookups import MAX_DEPTH, MAX_TEXT_CHARACTERS
from search.engines.values import decode, encode

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_RANGE = rf"[\[{{]\s*(?:{_QUOTED}|[^\s\[\]{{}}\"]+)\s+TO\s+(?:{_QUOTED}|[^\s\[\]{{}}\"]+)\s*[\]}}]"
_VALUE = re.compile(rf"(?:{_QUOTED}|{_RANGE}|[^\s()\[{{][^\s()]*)")
_ENDS = re.compile(rf"[\[{{]\s*(?P<low>{_QUOTED}|\S+)\s+TO\s+(?P<high>{_QUOTED}|\S+?)\s*[\]}}]")
_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<operator>(?:AND|OR|NOT)\b(?!:))"
    rf"|(?P<field>\w+):(?P<value>{_VALUE.pattern}))"
)


def fragment(field: str, lookup: str, value: Any) -> str:
    """One condition in the language, its value encoded so that it can be nothing else."""
    packed = json.dumps(encode({"value": value}))
    return f"{field}__{lookup}:{packed}" if lookup != "content" else f"{field}:{packed}"


def parse(text: str) -> SQ:
    """The tree of a narrowing query; QueryRefused with the place where it cannot be read."""
    if len(text) > 10 * MAX_TEXT_CHARACTERS:
        raise QueryRefused("The narrowing query is too long.")
    tree, position = _any_of(text, 0, 0)
    if text[position:].strip():
        raise QueryRefused(f"The narrowing query cannot be read at: {text[position:][:40]!r}")
    return tree


def quoted(text: str) -> str:
    """The text as it can stand between the quotation marks of a value."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def meeting(field: str, text: str) -> SQ:
    """The condition of a facet that is a query: one value of the language, or words."""
    return _meeting(field, text) if _VALUE.fullmatch(text) else SQ(**{field: text})


def _any_of(text: str, position: int, depth: int) -> tuple[SQ, int]:
    tree, position = _all_of(text, position, depth)
    while (token := _TOKEN.match(text, position)) and token["operator"] == "OR":
        other, position = _all_of(text, token.end(), depth)
        tree |= other
    return tree, position


def _all_of(text: str, position: int, depth: int) -> tuple[SQ, int]:
    tree, position = _one(text, position, depth)
    while token := _TOKEN.match(text, position):
        if token["close"] or token["operator"] == "OR":
            break
        if token["operator"] == "AND":
            position = token.end()
        other, position = _one(text, position, depth)
        tree &= other
    return tree, position


def _one(text: str, position: int, depth: int) -> tuple[SQ, int]:
    token = _TOKEN.match(text, position)
    if token is None or depth > MAX_DEPTH:
        raise QueryRefused(f"The narrowing query cannot be read at: {text[position:][:40]!r}")
    if token["operator"] == "NOT":
        tree, position = _one(text, token.end(), depth + 1)
        return ~tree, position
    if token["open"]:
        tree, position = _any_of(text, token.end(), depth + 1)
        closing = _TOKEN.match(text, position)
        if closing is None or not closing["close"]:
            raise QueryRefused("A parenthesis of the narrowing query is not closed.")
        return tree, closing.end()
    if token["field"]:
        return _meeting(token["field"], token["value"]), token.end()
    raise QueryRefused(f"The narrowing query cannot be read at: {text[position:][:40]!r}")


def _meeting(field: str, text: str) -> SQ:
    if text[0] in "[{":
        return _within(field, text)
    if text[0] != '"' and text.endswith("*") and len(text) > 1:
        return SQ(**{f"{field}__startswith": text[:-1]})
    return SQ(**{field: _value(text)})


def _within(field: str, text: str) -> SQ:
    ends = _ENDS.fullmatch(text)
    if ends is None:
        raise QueryRefused(f"The range of the narrowing query cannot be read: {text[:40]!r}")
    found = SQ()
    for bound, lookup in (
        (ends["low"], "gte" if text[0] == "[" else "gt"),
        (ends["high"], "lte" if text[-1] == "]" else "lt"),
    ):
        if bound != "*":
            found &= SQ(**{f"{field}__{lookup}": _value(bound)})
    # From anything to anything: that there is a value at all.
    return found or ~SQ(**{f"{field}__exact": None})


def _value(text: str) -> Any:
    if not text.startswith('"'):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text.strip('"')
    if value.startswith('{"value":'):
        return decode(value)["value"]
    return value
