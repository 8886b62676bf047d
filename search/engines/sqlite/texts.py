"""Lookups over all texts at once, which are known by their tokens and the words in them.

Han text has no borders of words that a lookup could name: a word that contains 存穿, begins
or ends with it is a text that has it.
"""

# ruff: noqa: S608 - names of our own columns are put together here; every value is a parameter

from search.engines.lookups import ALL_TEXTS, OR, Leaf
from search.engines.sqlite import expressions
from search.engines.sqlite.comparisons import COMPARISONS, NOTHING, Clause, compare, joined
from search.folding import fold
from search.segmentation import read

_MATCHES = "d.doc IN (SELECT rowid FROM tokens WHERE tokens MATCH ?)"
# Documents with one of the words that meet a test: the words are put together by SQLite, each
# quoted by our function `phrase`. An expression of "" matches nothing.
_WITH_WORDS = (
    "d.doc IN (SELECT rowid FROM tokens WHERE tokens MATCH (SELECT coalesce(group_concat("
    "phrase(word), ' OR '), '\"\"') FROM (SELECT word FROM words WHERE {test} LIMIT {most})))"
)
_MOST_WORDS = 1000
_MOST_FUZZY_WORDS = 50


def matching(expression: str | None) -> Clause:
    return Clause(_MATCHES, (expression,)) if expression else NOTHING


def lookup(leaf: Leaf) -> Clause:
    """The SQL of a standard lookup, other than words, on all texts."""
    match leaf.lookup:
        case "exact":
            return matching(expressions.text(_text(leaf.value), phrase=True))
        case "contains" | "endswith":
            return _each_part(leaf)
        case "startswith":
            return matching(expressions.beginning(_text(leaf.value)))
        case "in":
            return _one_of([_text(item) for item in leaf.value])
        case "fuzzy":
            return _fuzzy(_text(leaf.value))
        case "gt" | "gte" | "lt" | "lte" | "range":
            return _between(leaf)
    raise NotImplementedError(f"All texts together have no lookup {leaf.lookup!r}; name a field.")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _one_of(items: list[str]) -> Clause:
    found = [matching(expressions.text(item, phrase=True)) for item in items]
    return joined(found, OR) if found else NOTHING


def _each_part(leaf: Leaf) -> Clause:
    """Texts with a word that contains, or ends with, each of these parts."""
    test = "instr(word, ?) > 0" if leaf.lookup == "contains" else "word LIKE '%' || ? ESCAPE '\\'"
    clauses = []
    for part in _text(leaf.value).split():
        runs = read(part)
        if not runs:
            continue
        tokens = [token for run in runs for token in run.tokens]
        if len(tokens) > 1 or not tokens[0].isascii():
            clauses.append(matching(expressions.beginning(part)))
            continue
        value = tokens[0] if leaf.lookup == "contains" else _literal(tokens[0])
        within = Clause(_WITH_WORDS.format(test=test, most=_MOST_WORDS), (value,))
        # A word of two letters is in no list of words, but it is a word.
        clauses.append(joined([within, matching(expressions.text(part))], OR))
    return joined(clauses, "AND") if clauses else NOTHING


def _literal(text: str) -> str:
    """Without what LIKE takes for a pattern."""
    return "".join(f"\\{c}" if c in "%_\\" else c for c in text)


def _fuzzy(value: str) -> Clause:
    """Texts with a word like each of these."""
    test = "length(word) BETWEEN ? AND ? AND resembles(word, ?)"
    clauses = []
    for word in fold(value).split():
        params = (len(word) - 2, len(word) + 2, word)
        near = Clause(_WITH_WORDS.format(test=test, most=_MOST_FUZZY_WORDS), params)
        clauses.append(joined([near, matching(expressions.text(word, phrase=True))], OR))
    return joined(clauses, "AND") if clauses else NOTHING


def _between(leaf: Leaf) -> Clause:
    """Texts with a token in these bounds."""
    if leaf.lookup == "range":
        ends: object = [fold(_text(item)) for item in leaf.value]
    else:
        ends = fold(_text(leaf.value))
    test = compare("term", leaf.lookup, ends, ALL_TEXTS)
    if not COMPARISONS.keys() & {leaf.lookup} and len(test.params) != 2:
        return NOTHING
    return Clause(f"d.doc IN (SELECT doc FROM instances WHERE {test.sql})", test.params)
