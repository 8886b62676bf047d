"""Clauses from the words of a query: what a reader's query and Haystack's lookups on texts ask.

Pure functions. The tiers are those of the embedded engine, clause for expression.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from search.engines.elasticsearch.clauses import (
    NOTHING,
    Clause,
    all_of,
    any_of,
    constant,
    distinct,
    phrase,
    terms_in,
)  # fmt: skip
from search.engines.elasticsearch.tokens import BEGIN, END, characters
from search.folding import fold
from search.inputs import ReaderQuery
from search.segmentation import SPELLED, Run, Word, is_particle, read, tokenize

TIER_SCORE = 1000.0
# No term adds more than its rarity, which is below this for any number of documents.
_MAX_TERM_SCORE = 20.0
# By what else a word is found counts a little less.
_PARTS_BOOST = 0.5
_MAX_EXPANSIONS = 512
_MAX_BOUND = 100  # characters; no word has more


@dataclass(frozen=True)
class Places:
    """Fields of a server in which words are looked for."""

    texts: tuple[str, ...]
    parts: tuple[str, ...] = ()


ALL = Places(("texts",), ("parts",))
TITLES = Places(("titles",))


@dataclass(frozen=True)
class Tier:
    """What one tier finds, and which of it comes first; none where titles do not divide it."""

    found: Clause
    titled: Clause | None = None


def reader_tiers(query: ReaderQuery, *, titles: bool = True) -> list[Tier]:
    """What a reader's query matches, best first; the last tier matches all of it.

    Runs as written, every word, any word, and at the end what only spells a word across the
    border of two others. Code terms are required throughout.
    """
    if not query.words:
        return []
    strict = [Tier(found, titled if titles else None) for found, titled in _strict(query)]
    loose = [
        Tier(_with_code(query.code, [made(word, ALL) for word in query.loose]))
        for made in (_word, _spelling)
    ]
    unique: dict[str, Tier] = {}
    for tier in (*strict, *loose):
        unique.setdefault(repr(tier.found), tier)
    return list(unique.values())


def ranked(tiers: Sequence[Tier], factors: Sequence[tuple[Clause, float]] = ()) -> Clause:
    """One query in which each tier stands above the next, whatever its texts score.

    The best tier of a document gives its score: the constant of the tier, a constant for
    titles, and what the words of that tier weigh.
    """
    queries = [
        _tier(tier, (len(tiers) - place - 1) * 2 * TIER_SCORE, factors)
        for place, tier in enumerate(tiers)
    ]
    return queries[0] if len(queries) == 1 else {"dis_max": {"queries": queries}}


def text(value: str, places: Places, *, as_phrase: bool = False) -> Clause:
    """A standard lookup on texts: every run, in any place; or, as a phrase, in this order."""
    runs = read(value)
    if not runs:
        return NOTHING
    if as_phrase:
        terms = characters([token for run in runs for token in run.tokens])
        return any_of(phrase(field, terms) for field in places.texts)
    return _all_runs(runs, places)


def beginning(value: str, places: Places) -> Clause:
    """Texts with a word that begins like this; earlier words as they are."""
    terms = _terms(value)
    return any_of(_open(field, terms, at_end=True) for field in places.texts)


def pieces(value: str, places: Places, lookup: str) -> Clause:
    """Texts that have, for each of these words, one that contains, begins or ends with it."""
    start, end = lookup in ("contains", "endswith"), lookup in ("contains", "startswith")
    found = [
        any_of(
            _open(field, terms, at_start=start, at_end=end)
            for field in (*places.texts, *places.parts)
        )
        for word in value.split()
        if (terms := _terms(word))
    ]
    return all_of(found) if found else NOTHING


def between(bounds: dict[str, str], places: Places) -> Clause:
    """Texts with a word in this range of the order of words."""
    ends = {lookup: fold(value)[:_MAX_BOUND] for lookup, value in bounds.items()}
    if not {"lt", "lte"} & set(ends):
        ends["lt"] = BEGIN
    return any_of({"range": {field: ends}} for field in (*places.texts, *places.parts))


def part(value: str, places: Places, lookup: str) -> Clause:
    """What a long text contains, begins with or ends with, by terms and their parts."""
    terms = _terms(value)
    if not terms:
        return NOTHING
    if lookup == "startswith":
        return any_of(_open(at, [BEGIN, *terms], at_end=True) for at in places.texts)
    if lookup == "endswith":
        return any_of(_open(at, [*terms, END], at_start=True) for at in places.texts)
    return any_of(_open(at, terms, at_start=True, at_end=True) for at in places.texts)


def like(value: str, places: Places) -> Clause:
    """Texts with a word like each of these, but for a typing mistake or two."""
    found = []
    for word in _terms(value):
        alternatives: list[Clause] = [
            {"fuzzy": {field: {**resembling(word), "max_expansions": _MAX_EXPANSIONS}}}
            if word.isascii()
            else phrase(field, [word])
            for field in places.texts
        ]
        found.append(any_of(alternatives))
    return all_of(found) if found else NOTHING


def lifted(clause: Clause, factors: Sequence[tuple[Clause, float]]) -> Clause:
    """The same, its scores multiplied for what meets the factors."""
    if not factors:
        return clause
    weights = [{"filter": each, "weight": by} for each, by in factors]
    return {
        "function_score": {
            "query": clause, "functions": weights,
            "score_mode": "multiply", "boost_mode": "multiply",
        }
    }  # fmt: skip


def resembling(value: str) -> dict[str, Any]:
    """The options of a fuzzy query that allow as many mistakes as the length excuses."""
    return {"value": fold(value), "fuzziness": "AUTO:3,6"}


def _tier(tier: Tier, base: float, factors: Sequence[tuple[Clause, float]]) -> Clause:
    found = tier.found
    most = terms_in(found) * _MAX_TERM_SCORE
    if factors:
        found = lifted(found, factors)
        for _, by in factors:
            most *= max(by, 1.0)
    if most >= TIER_SCORE and (base or tier.titled):
        # So many words that they could reach the next tier: all count less alike.
        found = {"bool": {"must": [found], "boost": TIER_SCORE / most}}
    inner: dict[str, Any] = {"must": [found]}
    if base:
        inner["must"].append(constant({"match_all": {}}, base))
    if tier.titled:
        inner["should"] = [constant(tier.titled, TIER_SCORE)]
    return found if len(inner) == len(inner["must"]) == 1 else {"bool": inner}


def _strict(query: ReaderQuery) -> list[tuple[Clause, Clause]]:
    """Texts with every run of the query as it was written; then those with every word.

    Each as what a whole text has, and what its title alone has.
    """
    asked = {word for words in query.required for word in words}
    runs = [run for run in query.runs if len(run.words) > 1 or run.words[0] in asked]
    every = [
        all_of([any_of([_word(word, at) for word in words]) for words in query.required])
        for at in (ALL, TITLES)
    ]
    # A run of one word is that word, which a text must have and not only spell.
    if all(len(run.words) == 1 for run in runs):
        return [(every[0], every[1])]
    return [(_all_runs(runs, ALL), _all_runs(runs, TITLES)), (every[0], every[1])]


def _all_runs(runs: Sequence[Run], places: Places) -> Clause:
    return all_of([_run(run, places) for run in runs])


def _run(run: Run, places: Places) -> Clause:
    if len(run.words) == 1:
        return _spelling(run.words[0], places)
    terms = characters(run.tokens)
    if is_particle(run.tokens[-1]):
        # java的 asks for java.
        terms.pop()
    return any_of(phrase(field, terms) for field in places.texts)


def _word(word: Word, places: Places) -> Clause:
    """A word itself: where a text only spells it, it is not that word."""
    if len(word.tokens) == 1 and len(word.text) == 2 and not word.text.isascii():
        only_spelled = {"term": {"spelled": {"value": SPELLED + word.text}}}
        found = any_of(_spellings(word.tokens, places))
        itself = {"bool": {"must": [found], "must_not": [only_spelled]}}
        return any_of([itself, *_variants(word, places)])
    return _spelling(word, places)


def _spelling(word: Word, places: Places) -> Clause:
    return any_of([*_spellings(word.tokens, places), *_variants(word, places)])


def _variants(word: Word, places: Places) -> list[Clause]:
    return [each for tokens in word.variants for each in _spellings(tokens, places)]


def _spellings(tokens: Sequence[str], places: Places) -> list[Clause]:
    terms = characters(tokens)
    found = [phrase(field, terms) for field in places.texts]
    if len(terms) == 1:
        found += [
            {"term": {field: {"value": terms[0], "boost": _PARTS_BOOST}}} for field in places.parts
        ]
    return found


def _with_code(code: Sequence[Word], others: Sequence[Clause]) -> Clause:
    required = [_spelling(word, ALL) for word in code]
    loose = distinct(others)
    if not loose:
        return all_of(required)
    if not required:
        return any_of(loose)
    # Beside a code term the other words only help: they rank, they do not decide.
    return {"bool": {"must": required, "should": loose, "minimum_should_match": 0}}


def _terms(value: str) -> list[str]:
    return characters(tokenize(value).words)


def _open(
    field: str, terms: Sequence[str], *, at_start: bool = False, at_end: bool = False
) -> Clause:
    """Terms in this order, of which the first may end, the last begin a longer Latin word."""
    if not terms:
        return NOTHING
    spans = [
        _half(field, term, at_start and place == 0, at_end and place == len(terms) - 1)
        for place, term in enumerate(terms)
    ]
    if len(spans) == 1:
        return spans[0]
    inner = [each if "term" not in each else {"span_term": each["term"]} for each in spans]
    wrapped = [
        each if "span_term" in each else {"span_multi": {"match": _bounded(each)}} for each in inner
    ]
    return {"span_near": {"clauses": wrapped, "slop": 0, "in_order": True}}


def _half(field: str, term: str, from_left: bool, to_right: bool) -> Clause:
    if not (term.isascii() and (from_left or to_right)):
        return {"term": {field: {"value": term}}}
    if not from_left:
        return {"prefix": {field: {"value": term}}}
    return {"wildcard": {field: {"value": f"*{escaped(term)}{'*' if to_right else ''}"}}}


def escaped(text: str) -> str:
    """A text of which nothing is a wildcard."""
    return "".join("\\" + c if c in "*?\\" else c for c in text)


def _bounded(clause: Clause) -> Clause:
    """A prefix or wildcard within a phrase, which takes so many words at most."""
    ((kind, inner),) = clause.items()
    ((field, options),) = inner.items()
    return {kind: {field: {**options, "rewrite": f"top_terms_{_MAX_EXPANSIONS}"}}}
