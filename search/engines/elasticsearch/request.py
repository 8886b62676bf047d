"""Build a server's request from a tree of conditions: pure functions, nothing is syntax."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from search.engines.elasticsearch import words
from search.engines.elasticsearch.clauses import (
    ANYTHING,
    NOTHING,
    Clause,
    any_of,
    filtered,
    leaves_in,
    none_of,
)  # fmt: skip
from search.engines.elasticsearch.comparisons import WORDS, in_field, in_own, pair
from search.engines.elasticsearch.fields import OWN, Fields, group
from search.engines.elasticsearch.words import ALL, Tier
from search.engines.lookups import ALL_TEXTS, AND, OR, Condition, Leaf, conjuncts, leaves
from search.indexes import Role

# A server refuses more than 1,024 clauses with the smallest heap.
MAX_CLAUSES = 900
OWN_FIELDS = ["id", "django_ct", "django_id"]
HIT_FIELDS = [*OWN_FIELDS, "stored"]
_TIES: list[Any] = [{"recency": {"order": "desc", "missing": "_last"}}, {"id": "asc"}]


@dataclass(frozen=True)
class Request:
    """What ranks, best tier first, and the condition that all hits meet.

    `helping` texts stand in an OR: they rank what they match, the rest follows unranked.
    """

    tiers: tuple[Tier, ...]
    where: Clause
    helping: Clause | None = None

    def query(self, factors: Sequence[tuple[Clause, float]] = ()) -> Clause:
        """The query of a request, whose scores are multiplied for what meets the factors."""
        inner: dict[str, Any] = {"filter": [self.where]}
        if self.tiers:
            inner["must"] = [words.ranked(_bounded(self.tiers), factors)]
        elif self.helping is not None:
            lifted = words.lifted(self.helping, factors)
            inner |= {"should": [lifted], "minimum_should_match": 0}
        elif factors:
            inner["must"] = [words.lifted(ANYTHING, factors)]
        return {"bool": inner}


def build(condition: Condition, fields: Fields) -> Request:
    """The request of a query tree: one text that ranks, everything else a condition."""
    parts = conjuncts(condition)
    ranking = _ranking(parts, fields)
    if ranking is not None:
        parts.remove(ranking)
        tiers = _tiers(ranking, fields)
        where = filtered(clause(part, fields) for part in parts)
        return Request(tuple(tiers), where if tiers else NOTHING)
    helping = [
        clause(leaf, fields)
        for part in parts
        for leaf in leaves(part)
        if not leaf.negated and _is_text(leaf, fields)
    ]
    where = filtered(clause(part, fields) for part in parts)
    return Request((), where, any_of(helping) if helping else None)


def clause(condition: Condition, fields: Fields) -> Clause:
    """A condition that filters."""
    if isinstance(condition, Leaf):
        found = _leaf(condition, fields)
    else:
        children = [clause(child, fields) for child in condition.children]
        found = filtered(children, condition.connector if children else AND)
    return none_of(found) if condition.negated else found


def narrowed(request: Request, *others: Clause) -> Request:
    return Request(request.tiers, filtered([request.where, *others]), request.helping)


def one_of_models(labels: Iterable[str]) -> Clause:
    wanted = list(labels)
    return {"terms": {"django_ct": wanted}} if wanted else ANYTHING


def order(names: Iterable[str], fields: Fields) -> list[Any]:
    """The order by a list of fields, `-` for descending; ties newer first, then by id."""
    found: list[Any] = []
    for name in names:
        direction = "desc" if name.startswith("-") else "asc"
        name = name.removeprefix("-")
        if name in OWN:
            found.append({OWN[name]: direction})
            continue
        name = fields.name(name)
        where = group(fields.types[name])
        found.append({
            f"{where}.{name}": {
                "order": direction, "missing": "_last",
                "mode": "max" if direction == "desc" else "min",
                "unmapped_type": {"whole": "long", "number": "double"}.get(where, "keyword"),
            }
        })  # fmt: skip
    return [*found, *_TIES]


def by_relevance() -> list[Any]:
    return [{"_score": "desc"}, *_TIES]


def factors(boosted: Iterable[tuple[Leaf, float]], fields: Fields) -> list[tuple[Clause, float]]:
    """By what relevance is multiplied for the texts that a document has."""
    return [(clause(leaf, fields), by) for leaf, by in boosted]


def _ranking(parts: list[Condition], fields: Fields) -> Leaf | None:
    texts = [
        part
        for part in parts
        if isinstance(part, Leaf) and not part.negated and _is_text(part, fields)
    ]
    return next((part for part in texts if part.lookup == "reader"), next(iter(texts), None))


def _is_text(leaf: Leaf, fields: Fields) -> bool:
    if leaf.lookup not in WORDS or leaf.value is None:
        return False
    return leaf.field == ALL_TEXTS or fields.names.get(leaf.field, leaf.field) in fields.roles


def _tiers(leaf: Leaf, fields: Fields) -> list[Tier]:
    """What ranks by a text condition, best first; none if it cannot match."""
    if leaf.lookup == "reader" and leaf.field == ALL_TEXTS:
        return words.reader_tiers(leaf.value, titles=Role.TITLE in fields.roles.values())
    found = _leaf(leaf, fields)
    return [] if found == NOTHING else [Tier(found)]


def _bounded(tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
    """As many tiers as a server takes; the last one, which finds all hits, always."""
    kept = list(tiers)
    while len(kept) > 1 and leaves_in([[tier.found, tier.titled] for tier in kept]) > MAX_CLAUSES:
        kept.pop(-2)
    return tuple(kept)


def _leaf(leaf: Leaf, fields: Fields) -> Clause:
    if leaf.field == ALL_TEXTS:
        return _in_texts(leaf)
    if leaf.field in OWN:
        return in_own(leaf, OWN[leaf.field])
    return in_field(replace(leaf, field=fields.name(leaf.field)), fields)


def _in_texts(leaf: Leaf) -> Clause:
    """A lookup over all texts at once, which are known by their terms alone."""
    value = "" if leaf.value is None else str(leaf.value)
    match leaf.lookup:
        case "reader":
            tiers = words.reader_tiers(leaf.value, titles=False)
            return tiers[-1].found if tiers else NOTHING
        case "content":
            return words.text(value, ALL)
        case "phrase" | "exact":
            return words.text(value, ALL, as_phrase=True)
        case "contains" | "startswith" | "endswith":
            return words.pieces(value, ALL, leaf.lookup)
        case "gt" | "gte" | "lt" | "lte":
            return words.between({leaf.lookup: value}, ALL) if value else NOTHING
        case "range":
            low, high = pair(leaf)
            return words.between({"gte": str(low), "lte": str(high)}, ALL)
        case "in":
            items = [leaf.value] if isinstance(leaf.value, str) else leaf.value
            found = [words.text(str(item), ALL, as_phrase=True) for item in items]
            return filtered(found, OR) if found else NOTHING
        case "fuzzy":
            return words.like(value, ALL)
    raise NotImplementedError(f"All texts together have no lookup {leaf.lookup!r}; name a field.")
