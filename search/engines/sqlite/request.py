"""Build SQL from a tree of conditions: pure functions, every value a parameter.

A request has tiers (FTS5 expressions, best first) when something in it ranks, and a
condition on the row `d` of a document for all the rest.
"""

# ruff: noqa: S608 - names of our own columns are put together here; every value is a parameter

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from haystack import fields as haystack_fields
from haystack.constants import DJANGO_CT, DJANGO_ID, ID

from search.engines import values
from search.engines.errors import QueryRefused
from search.engines.lookups import (
    ALL_TEXTS,
    OR,
    Condition,
    Leaf,
    conjuncts,
    leaves,
)  # fmt: skip
from search.engines.sqlite import expressions
from search.engines.sqlite.comparisons import (
    ANYTHING,
    COMPARISONS,
    NOTHING,
    WORDS,
    Clause,
    compare,
    compared_value,
    in_stored,
    in_values,
    joined,
    marks,
)  # fmt: skip
from search.folding import fold
from search.indexes import Role
from search.inputs import ReaderQuery

_MATCHES = "d.doc IN (SELECT rowid FROM tokens WHERE tokens MATCH ?)"
_OWN_COLUMNS = {ID: "id", DJANGO_CT: "django_ct", DJANGO_ID: "django_id", "pk": "django_id"}


@dataclass(frozen=True)
class Fields:
    """What is known of the fields of all indexes: their types, and the roles of texts."""

    types: Mapping[str, haystack_fields.SearchField]
    roles: Mapping[str, Role]
    # The date by which all indexes order equals: it stands in the row of a document itself.
    recency: str = ""


@dataclass(frozen=True)
class Request:
    """What to ask the index file: tiers that rank, and the condition that all hits meet.

    Before a tier may stand the same `in_titles`: of what the tier finds, these come first.
    The last tier finds all hits.
    """

    tiers: tuple[str, ...]
    where: Clause


def build(condition: Condition, fields: Fields) -> Request:
    """The request of a query tree: one text that ranks, everything else a condition."""
    parts = conjuncts(condition)
    ranking = _ranking(parts, fields)
    tiers: tuple[str, ...] = ()
    if ranking is not None:
        parts.remove(ranking)
        tiers = tuple(_tiers(ranking, fields))
        if not tiers:
            return Request((), NOTHING)
    where = joined([clause(part, fields) for part in parts], "AND")
    if not tiers:
        tiers = tuple(_alternatives(parts, fields))
        if tiers:
            # Texts in an OR: they rank what they match, the rest follows unranked.
            return Request(("", *tiers), where)
    return Request(tiers, where)


def clause(condition: Condition, fields: Fields) -> Clause:
    """The SQL of a condition on the document `d`."""
    if isinstance(condition, Leaf):
        found = _leaf(condition, fields)
    else:
        found = joined([clause(child, fields) for child in condition.children], condition.connector)
    return Clause(f"NOT {found.sql}", found.params) if condition.negated else found


def in_titles(tier: str) -> str:
    """The expression of a tier, met by the title alone; what it only spells is not in it."""
    return expressions.in_columns(tier, [Role.TITLE.value, "spelled"])


def every(*clauses: Clause) -> Clause:
    return joined([part for part in clauses if part != ANYTHING], "AND")


def one_of_models(labels: list[str]) -> Clause:
    return Clause(f"d.django_ct IN ({marks(labels)})", tuple(labels)) if labels else ANYTHING


def order(names: list[str], fields: Fields) -> Clause:
    """ORDER BY of a list of fields, `-` for descending; ties newer first, then by id."""
    terms, params = [], []
    for name in names:
        descending, name = name.startswith("-"), name.removeprefix("-")
        direction = "DESC" if descending else "ASC"
        if name in _OWN_COLUMNS:
            terms.append(f"d.{_OWN_COLUMNS[name]} {direction}")
            continue
        _known(name, fields)
        if name == fields.recency:
            terms.append(f"nullif(d.recency, '') {direction} NULLS LAST")
            continue
        pick = "max" if descending else "min"
        terms.append(
            f"(SELECT {pick}(value) FROM field_values WHERE doc = d.doc AND field = ?)"
            f" {direction} NULLS LAST"
        )
        params.append(name)
    return Clause(", ".join([*terms, "d.recency DESC", "d.id"]), tuple(params))


def _ranking(parts: list[Condition], fields: Fields) -> Leaf | None:
    texts = [
        part
        for part in parts
        if isinstance(part, Leaf) and not part.negated and _is_text(part, fields)
    ]
    return next((part for part in texts if part.lookup == "reader"), next(iter(texts), None))


def _alternatives(parts: list[Condition], fields: Fields) -> list[str]:
    found = [
        tier
        for part in parts
        for leaf in leaves(part)
        if not leaf.negated and _is_text(leaf, fields)
        for tier in _tiers(leaf, fields)[-1:]
    ]
    return [" OR ".join(f"({tier})" for tier in found)] if found else []


def _is_text(leaf: Leaf, fields: Fields) -> bool:
    """Whether tokens alone answer: those of all texts, or of a column that is one field's own."""
    role = fields.roles.get(leaf.field)
    alone = sum(other == role for other in fields.roles.values()) == 1
    return leaf.lookup in WORDS and (leaf.field == ALL_TEXTS or alone)


def _tiers(leaf: Leaf, fields: Fields) -> list[str]:
    """FTS5 expressions of a text condition, best first; none if it cannot match."""
    if leaf.lookup == "reader":
        found = expressions.reader_tiers(leaf.value)
        # Within one field there is no column of what is only spelled.
        found = found if leaf.field == ALL_TEXTS else [expressions.text(str(leaf.value)) or ""]
    else:
        expression = expressions.text(str(leaf.value), phrase=leaf.lookup == "phrase")
        found = [expression] if expression else []
    if leaf.field == ALL_TEXTS:
        has_titles = leaf.lookup == "reader" and Role.TITLE in fields.roles.values()
        return _with_titles(found, leaf.value) if has_titles else found
    columns = [fields.roles[leaf.field].value, *(["parts"] if leaf.lookup != "phrase" else [])]
    return [expressions.in_columns(tier, columns) for tier in found if tier]


def _with_titles(tiers: list[str], query: ReaderQuery) -> list[str]:
    """The tiers, what has them in its title before the rest; the tier of any word as it is."""
    # Where each run is one word, every run and every word are one tier, not two.
    divided = 1 if all(len(run.words) == 1 for run in query.runs) else 2
    return [
        expression
        for place, tier in enumerate(tiers)
        for expression in ([in_titles(tier), tier] if place < divided else [tier])
    ]


def _leaf(leaf: Leaf, fields: Fields) -> Clause:
    if leaf.field == ALL_TEXTS:
        return _in_texts(leaf, fields)
    if leaf.field in _OWN_COLUMNS:
        return compare(f"d.{_OWN_COLUMNS[leaf.field]}", leaf.lookup, _own(leaf), leaf.field)
    _known(leaf.field, fields)
    if leaf.field == fields.recency and leaf.lookup in (*COMPARISONS, "range"):
        return _by_recency(leaf, fields)
    if _is_text(leaf, fields):
        return _matching(next(reversed(_tiers(leaf, fields)), None))
    if fields.roles.get(leaf.field) in (Role.BODY, Role.NAMES):
        stored = in_stored(leaf, fields.types[leaf.field])
        if leaf.lookup not in WORDS:
            return stored
        # Several fields in one column of tokens: these find the documents, the text decides.
        return joined([_matching(next(reversed(_tiers(leaf, fields)), None)), stored], "AND")
    return in_values(leaf, fields.types[leaf.field])


def _by_recency(leaf: Leaf, fields: Fields) -> Clause:
    value = compared_value(leaf, fields.types[leaf.field])
    test = compare("d.recency", leaf.lookup, value, leaf.field)
    return test if test == NOTHING else Clause(f"(d.recency != '' AND {test.sql})", test.params)


def _in_texts(leaf: Leaf, fields: Fields) -> Clause:
    """A lookup over all texts at once, which are known by their tokens alone."""
    value = "" if leaf.value is None else str(leaf.value)
    match leaf.lookup:
        case "content" | "reader" | "phrase":
            return _matching(next(reversed(_tiers(leaf, fields)), None))
        case "exact":
            return _matching(expressions.text(value, phrase=True))
        case "contains" | "startswith":
            return _matching(expressions.beginning(value))
        case "in":
            return joined(
                [_in_texts(Leaf(ALL_TEXTS, "phrase", item), fields) for item in leaf.value],
                OR,
            ) if leaf.value else NOTHING  # fmt: skip
        case "fuzzy":
            return _fuzzy(value)
    raise NotImplementedError(f"All texts together have no lookup {leaf.lookup!r}; name a field.")


def _fuzzy(value: str) -> Clause:
    """Documents with a word like each of these; the vocabulary is read from the first letter on."""
    words = [word for word in fold(value).split() if word]
    like = (
        "d.doc IN (SELECT rowid FROM tokens WHERE tokens MATCH (SELECT coalesce(group_concat("
        "'\"' || term || '\"', ' OR '), '\"\"') FROM (SELECT term FROM vocabulary"
        " WHERE term >= ? AND term < ? AND resembles(term, ?) LIMIT 50)))"
    )
    clauses = [Clause(like, (word[0], word[0] + "\U0010ffff", word)) for word in words]
    return joined(clauses, "AND") if clauses else NOTHING


def _own(leaf: Leaf) -> Any:
    if leaf.lookup in ("in", "range"):
        return [values.comparable(str(item)) for item in leaf.value]
    return None if leaf.value is None else values.comparable(str(leaf.value))


def _matching(expression: str | None) -> Clause:
    return Clause(_MATCHES, (expression,)) if expression else NOTHING


def _known(name: str, fields: Fields) -> None:
    if name not in fields.types:
        raise QueryRefused(f"No search index has a field {name!r}.")
