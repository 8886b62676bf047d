"""Compare fields with values in SQL: one lookup on one field, every value a parameter."""

# ruff: noqa: S608 - names of our own columns are put together here; every value is a parameter

from dataclasses import dataclass
from typing import Any

from haystack.fields import SearchField

from search.engines import values
from search.engines.errors import QueryRefused
from search.engines.fields import PARTS, refuse_parts
from search.engines.lookups import Leaf
from search.folding import fold

WORDS = ("content", "reader", "phrase")
COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True)
class Clause:
    """A piece of SQL and its parameters."""

    sql: str
    params: tuple[Any, ...] = ()


NOTHING = Clause("0")
ANYTHING = Clause("1")


def joined(clauses: list[Clause], connector: str) -> Clause:
    if not clauses:
        return ANYTHING
    if len(clauses) == 1:
        return clauses[0]
    sql = f" {connector} ".join(part.sql for part in clauses)
    return Clause(f"({sql})", tuple(value for part in clauses for value in part.params))


def in_values(leaf: Leaf, field: SearchField, by_hit: bool = False) -> Clause:
    """A lookup on a field that is kept as values; true if one of them meets it.

    `by_hit`: a text decides too, so that the values of some hits are looked up sooner than all
    documents with a value are listed.
    """
    kind = getattr(field, "field_type", "string")
    if leaf.value is None:
        return Clause("d.doc NOT IN (SELECT doc FROM field_values WHERE field = ?)", (leaf.field,))
    refuse_parts(leaf.field, leaf.lookup, field)
    value = compared_value(leaf, field)
    is_word = leaf.lookup in WORDS
    if is_word and kind in ("string", "ngram", "edge_ngram"):
        test = _contains_words("v.folded", str(leaf.value), kind)
    else:
        lookup = "exact" if is_word else leaf.lookup
        test = compare("v.value", lookup, value, leaf.field)
    if test == NOTHING:
        return NOTHING
    # Nearly all documents are older than now: looked up for each hit, not listed.
    if leaf.lookup in (*COMPARISONS, "range") or (by_hit and test.sql == "v.value = ?"):
        rows = "SELECT 1 FROM field_values v WHERE v.doc = d.doc AND v.field = ?"
        sql = f"EXISTS ({rows} AND {test.sql})"
    else:
        sql = f"d.doc IN (SELECT v.doc FROM field_values v WHERE v.field = ? AND {test.sql})"
    return Clause(sql, (leaf.field, *test.params))


def in_stored(leaf: Leaf, field: SearchField) -> Clause:
    """A lookup on a long text: read from the stored document, complete and slow."""
    if leaf.lookup in WORDS:
        test = _contains_words("fold(v.value)", str(leaf.value), "string")
    else:
        test = compare("v.value", leaf.lookup, compared_value(leaf, field), leaf.field)
    path = '$."' + leaf.field.replace('"', "") + '"'
    sql = f"EXISTS (SELECT 1 FROM json_each(d.stored, ?) v WHERE {test.sql})"
    return Clause(sql, (path, *test.params))


def compare(column: str, lookup: str, value: Any, field: str) -> Clause:
    """A comparison of one column; text in the lookups of parts is compared folded."""
    match lookup:
        case "exact" | "content" | "phrase":
            return NOTHING if value is None else Clause(f"{column} = ?", (value,))
        case "gt" | "gte" | "lt" | "lte":
            return (
                NOTHING if value is None else Clause(f"{column} {COMPARISONS[lookup]} ?", (value,))
            )
        case "in":
            known = [item for item in value if item is not None]
            return Clause(f"{column} IN ({marks(known)})", tuple(known)) if known else NOTHING
        case "range":
            return NOTHING if None in value else Clause(f"{column} BETWEEN ? AND ?", tuple(value))
    if value is None or value == "":
        return NOTHING
    folded, text = f"fold({column})", fold(str(value))
    match lookup:
        case "contains":
            return Clause(f"instr({folded}, ?) > 0", (text,))
        case "startswith":
            return Clause(f"substr({folded}, 1, ?) = ?", (len(text), text))
        case "endswith":
            return Clause(f"substr({folded}, ?) = ?", (-len(text), text))
        case "fuzzy":
            return Clause(f"resembles({folded}, ?)", (text,))
    raise NotImplementedError(f"The field {field!r} has no lookup {lookup!r}.")


def _contains_words(column: str, value: str, kind: str) -> Clause:
    """Every word is in the value: as a word of its own, or in a row of Han characters."""
    words = fold(value).split()
    if not words:
        return NOTHING
    if kind == "ngram":
        return joined([Clause(f"instr({column}, ?) > 0", (word,)) for word in words], "AND")
    tests = []
    for word in words:
        # GLOB's own characters as themselves.
        plain = "".join(f"[{c}]" if c in "*?[" else c for c in word)
        start = "" if not word[0].isascii() else "[^a-z0-9_]"
        end = "" if kind == "edge_ngram" or not word[-1].isascii() else "[^a-z0-9_+#]"
        tests.append(Clause(f"(' ' || {column} || ' ') GLOB ?", (f"*{start}{plain}{end}*",)))
    return joined(tests, "AND")


def compared_value(leaf: Leaf, field: SearchField) -> Any:
    if leaf.lookup in ("in", "range"):
        items = [leaf.value] if isinstance(leaf.value, str) else list(leaf.value)
        if leaf.lookup == "range" and len(items) != 2:
            raise QueryRefused(f"A range of {leaf.field!r} needs two values.")
        return [values.comparable(item, field) for item in items]
    if leaf.lookup in PARTS:
        return str(leaf.value)
    return values.comparable(leaf.value, field)


def marks(items: list[Any]) -> str:
    return ", ".join("?" * len(items))
