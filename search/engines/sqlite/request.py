"""Build SQL from a tree of conditions: pure functions, every value a parameter.

A request has tiers (FTS5 expressions, best first) when something in it ranks, and a
condition on the row `d` of a document for all the rest.
"""

# ruff: noqa: S608 - names of our own columns are put together here; every value is a parameter

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from haystack.constants import DJANGO_CT, DJANGO_ID, ID
from haystack.indexes import SearchIndex

from search.engines import values
from search.engines.fields import KnownFields, known
from search.engines.lookups import ALL_TEXTS, Condition, Leaf, conjuncts, leaves
from search.engines.sqlite import expressions, texts
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
from search.engines.sqlite.expressions import Loose
from search.engines.sqlite.texts import matching
from search.indexes import Role

_OWN_COLUMNS = {ID: "id", DJANGO_CT: "django_ct", DJANGO_ID: "django_id", "pk": "django_id"}


@dataclass(frozen=True)
class Fields(KnownFields):
    """The fields of all indexes, and what is known of the rows of documents."""

    # The date by which all indexes order equals: it stands in the row of a document itself.
    recency: str = ""
    # Whether a text narrows what conditions are looked at.
    by_hit: bool = False

    @classmethod
    def of(cls, indexes: Collection[SearchIndex], types: Mapping[str, Any]) -> "Fields":
        """What these indexes say; `types` are all their fields."""
        found = known(indexes, types)
        recencies = {getattr(index, "recency_field", "") for index in indexes}
        recency = recencies.pop() if len(recencies) == 1 else ""
        recency = found["names"].get(recency, recency)
        kind = getattr(types.get(recency), "field_type", "")
        return cls(**found, recency=recency if kind in ("date", "datetime") else "")


@dataclass(frozen=True)
class Tier:
    """Texts of one rank; those that have it all in their title come before the others."""

    match: str
    titles: str = ""
    # What finds the same and ranks it better, where that is another expression.
    ranking: str = ""


@dataclass(frozen=True)
class Latest:
    """The condition that documents are not newer than a moment, which nearly all meet."""

    operator: str
    value: str


@dataclass(frozen=True)
class Request:
    """What to ask the index file: tiers that rank, and the condition that all hits meet."""

    strict: tuple[Tier, ...]
    where: Clause
    # What a text must have at least; it makes the last tiers.
    loose: Loose | None = None
    # Ranks the hits that it matches and decides nothing; the rest follows unranked.
    helping: str = ""
    latest: Latest | None = None

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """All tiers, best first. The last one finds all hits."""
        if self.loose is None:
            return self.strict
        known = {tier.match for tier in self.strict}
        has, spells = self.loose.tiers()
        last = [spells] if has in known or has == spells else [has, spells]
        return (*self.strict, *(Tier(each, ranking=self.loose.helped(each)) for each in last))


def build(condition: Condition, fields: Fields) -> Request:
    """The request of a query tree: one text that ranks, everything else a condition."""
    parts = conjuncts(condition)
    ranking = _ranking(parts, fields)
    if ranking is not None:
        parts.remove(ranking)
        fields = replace(fields, by_hit=True)
    latest, parts = _latest(parts, fields)
    where = joined([clause(part, fields) for part in parts], "AND")
    if ranking is None:
        return Request((), where, helping=_helping(parts, fields), latest=latest)
    if ranking.lookup == "reader" and ranking.field == ALL_TEXTS:
        return _reader_request(ranking, fields, where, latest)
    expression = _expression(ranking, fields)
    if expression is None:
        return Request((), NOTHING)
    return Request((Tier(expression),), where, latest=latest)


def clause(condition: Condition, fields: Fields) -> Clause:
    """The SQL of a condition on the document `d`."""
    if isinstance(condition, Leaf):
        found = _leaf(condition, fields)
    else:
        found = joined([clause(child, fields) for child in condition.children], condition.connector)
    return Clause(f"NOT {found.sql}", found.params) if condition.negated else found


def narrowed(
    condition: Condition, narrowings: list[Condition], labels: list[str], fields: Fields
) -> Request:
    """The request of a query tree for documents of these models that meet other conditions too."""
    built = build(condition, fields)
    fields = replace(fields, by_hit=bool(built.strict))
    others = [clause(part, fields) for part in narrowings]
    return replace(built, where=every(built.where, *others, one_of_models(labels)))


def boosts(boosted: list[tuple[Leaf, float]], fields: Fields) -> Clause:
    """By what the relevance of a document is multiplied for the texts that it has."""
    if not boosted:
        return ANYTHING
    terms = [(clause(leaf, fields), factor) for leaf, factor in boosted]
    sql = " * ".join(f"(CASE WHEN {found.sql} THEN ? ELSE 1 END)" for found, _ in terms)
    return Clause(sql, tuple(v for found, factor in terms for v in (*found.params, factor)))


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
        name = fields.name(name)
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


def _reader_request(leaf: Leaf, fields: Fields, where: Clause, latest: Latest | None) -> Request:
    if not leaf.value.words:
        return Request((), NOTHING)
    has_titles = Role.TITLE in fields.roles.values()
    # What a title only spells is not in it.
    in_title = [Role.TITLE.value, "spelled"]
    strict = tuple(
        Tier(tier, expressions.in_columns(tier, in_title) if has_titles else "")
        for tier in expressions.strict_tiers(leaf.value)
    )
    return Request(strict, where, expressions.loose(leaf.value), latest=latest)


def _latest(parts: list[Condition], fields: Fields) -> tuple[Latest | None, list[Condition]]:
    """Take out of the conditions that documents are not newer than a moment."""
    for part in parts:
        if (
            isinstance(part, Leaf)
            and not part.negated
            and part.lookup in ("lt", "lte")
            and fields.recency
            and fields.names.get(part.field, part.field) == fields.recency
        ):
            value = compared_value(part, fields.types[fields.recency])
            if value is not None:
                others = [other for other in parts if other is not part]
                return Latest(COMPARISONS[part.lookup], value), others
    return None, parts


def _ranking(parts: list[Condition], fields: Fields) -> Leaf | None:
    found = [
        part
        for part in parts
        if isinstance(part, Leaf) and not part.negated and _is_text(part, fields)
    ]
    return next((part for part in found if part.lookup == "reader"), next(iter(found), None))


def _helping(parts: list[Condition], fields: Fields) -> str:
    """Texts in an OR: they rank what they match."""
    found = [
        expression
        for part in parts
        for leaf in leaves(part)
        if not leaf.negated and _is_text(leaf, fields) and (expression := _expression(leaf, fields))
    ]
    return " OR ".join(f"({expression})" for expression in found)


def _is_text(leaf: Leaf, fields: Fields) -> bool:
    """Whether tokens alone answer: those of all texts, or of a column that is one field's own."""
    role = fields.roles.get(fields.names.get(leaf.field, leaf.field))
    alone = sum(other == role for other in fields.roles.values()) == 1
    return leaf.lookup in WORDS and (leaf.field == ALL_TEXTS or alone)


def _expression(leaf: Leaf, fields: Fields) -> str | None:
    """The FTS5 expression of a text condition, None if it cannot match."""
    if leaf.lookup == "reader" and leaf.field == ALL_TEXTS:
        return expressions.loose(leaf.value).tiers()[-1] if leaf.value.words else None
    is_phrase = leaf.lookup == "phrase"
    expression = expressions.text(str(leaf.value), phrase=is_phrase)
    if expression is None or leaf.field == ALL_TEXTS:
        return expression
    role = fields.roles[fields.name(leaf.field)]
    return expressions.in_columns(expression, [role.value, *([] if is_phrase else ["parts"])])


def _leaf(leaf: Leaf, fields: Fields) -> Clause:
    if leaf.field == ALL_TEXTS:
        return matching(_expression(leaf, fields)) if leaf.lookup in WORDS else texts.lookup(leaf)
    if leaf.field in _OWN_COLUMNS:
        return compare(f"d.{_OWN_COLUMNS[leaf.field]}", leaf.lookup, _own(leaf), leaf.field)
    name = fields.name(leaf.field)
    leaf = Leaf(name, leaf.lookup, leaf.value)
    if name == fields.recency and leaf.lookup in (*COMPARISONS, "range"):
        return _by_recency(leaf, fields)
    if _is_text(leaf, fields):
        return matching(_expression(leaf, fields))
    if fields.roles.get(name) in (Role.BODY, Role.NAMES):
        stored = in_stored(leaf, fields.types[name])
        if leaf.lookup not in WORDS:
            return stored
        # Several fields in one column of tokens: these find the documents, the text decides.
        return joined([matching(_expression(leaf, fields)), stored], "AND")
    return in_values(leaf, fields.types[name], fields.by_hit)


def _by_recency(leaf: Leaf, fields: Fields) -> Clause:
    value = compared_value(leaf, fields.types[leaf.field])
    test = compare("d.recency", leaf.lookup, value, leaf.field)
    return test if test == NOTHING else Clause(f"(d.recency != '' AND {test.sql})", test.params)


def _own(leaf: Leaf) -> Any:
    if leaf.lookup in ("in", "range"):
        return [values.comparable(str(item)) for item in leaf.value]
    return None if leaf.value is None else values.comparable(str(leaf.value))
