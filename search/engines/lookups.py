"""Haystack's query tree, freed of its strings: what every engine of ours builds a request from.

Haystack joins prepared strings into one query string, which only an engine with a query
language can take, and which lets a value become syntax. Here input types become nodes, and
a value stays a value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from haystack import inputs
from haystack.backends import SearchNode

from search.engines.errors import QueryRefused
from search.inputs import ReaderQuery

AND, OR = "AND", "OR"
MAX_DEPTH = 64
# Of a text in a standard lookup; what visitors type is cut much earlier.
MAX_TEXT_CHARACTERS = 2000
ALL_TEXTS = "content"

_AUTO_PARTS = re.compile(r'(?P<sign>-?)"(?P<phrase>[^"]*)"|(?P<word>\S+)')


@dataclass(frozen=True)
class Leaf:
    """One condition. Lookups are Haystack's, and `reader` for a ReaderQuery."""

    field: str
    lookup: str
    value: Any
    negated: bool = False


@dataclass(frozen=True)
class Group:
    """Conditions joined by AND or OR; without any, everything matches."""

    connector: str
    children: tuple["Leaf | Group", ...] = ()
    negated: bool = False


Condition = Leaf | Group
EVERYTHING = Group(AND)


def from_haystack(node: SearchNode, depth: int = 0) -> Group:
    """The tree of a SearchQuery as conditions."""
    if depth > MAX_DEPTH:
        raise QueryRefused(f"The query is nested deeper than {MAX_DEPTH} levels.")
    children: list[Condition] = []
    for child in node.children:
        if isinstance(child, SearchNode):
            children.append(from_haystack(child, depth + 1))
        else:
            field, lookup = node.split_expression(child[0])
            children.append(leaf(field, lookup, child[1]))
    return Group(node.connector, tuple(children), node.negated)


def leaf(field: str, lookup: str, value: Any) -> Condition:
    """One expression of a filter; input types say how their text is meant."""
    match value:
        case ReaderQuery():
            return Leaf(field, "reader", value)
        case inputs.AutoQuery():
            return _auto(field, _text(value))
        case inputs.AltParser():
            raise NotImplementedError("This search engine has no other query parsers.")
        case inputs.Not():
            return Leaf(field, lookup, _text(value), negated=True)
        case inputs.Exact():
            return Leaf(field, "phrase" if lookup == "content" else lookup, _text(value))
        case inputs.PythonData():
            return Leaf(field, lookup, value.query_string)
        case inputs.BaseInput():
            # Raw and Clean too: no text is a query language here.
            return Leaf(field, lookup, _text(value))
        case str():
            return Leaf(field, lookup, _writable(value))
    return Leaf(field, lookup, value)


def leaves(condition: Condition, negated: bool = False) -> Iterator[Leaf]:
    """All leaves that must or may hold, negated ones marked."""
    negated ^= condition.negated
    if isinstance(condition, Leaf):
        yield replace(condition, negated=negated)
    else:
        for child in condition.children:
            yield from leaves(child, negated)


def conjuncts(condition: Condition) -> list[Condition]:
    """The conditions that must all hold, unfolded from groups within groups."""
    if isinstance(condition, Group) and not condition.negated:
        if condition.connector == AND or len(condition.children) == 1:
            return [part for child in condition.children for part in conjuncts(child)]
        if not condition.children:
            return []
    return [condition]


def without_text(condition: Condition) -> tuple[str, Condition]:
    """The text that a query asks for in all texts, and the conditions beside it."""
    texts, others = [], []
    for part in conjuncts(condition):
        match part:
            case Leaf(field, "content" | "reader" | "phrase", value, False) if field == ALL_TEXTS:
                texts.append(str(value))
            case _:
                others.append(part)
    return " ".join(texts), Group(AND, tuple(others))


def _auto(field: str, text: str) -> Group:
    """Haystack's AutoQuery: "a phrase", -without, and words that all must be there."""
    children: list[Condition] = []
    for part in _AUTO_PARTS.finditer(text):
        if part["phrase"] is not None:
            children.append(Leaf(field, "phrase", part["phrase"], negated=bool(part["sign"])))
        elif part["word"].startswith("-") and len(part["word"]) > 1:
            children.append(Leaf(field, "content", part["word"][1:], negated=True))
        else:
            children.append(Leaf(field, "content", part["word"]))
    return Group(AND, tuple(children))


def _text(value: inputs.BaseInput) -> str:
    return _writable(str(value.query_string))


def _writable(text: str) -> str:
    """As much of a text as is looked for, without surrogates, which no engine can be sent."""
    return text[:MAX_TEXT_CHARACTERS].encode("utf-8", "replace").decode()
