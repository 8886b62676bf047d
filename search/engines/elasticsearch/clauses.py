"""The smallest parts of a structured query, and how they are joined: pure functions.

Every value stands where a server expects a value; there is no query language to escape.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

Clause = dict[str, Any]

NOTHING: Clause = {"match_none": {}}
ANYTHING: Clause = {"match_all": {}}


def all_of(clauses: Iterable[Clause]) -> Clause:
    """All must hold, and all that rank count."""
    found = [clause for clause in clauses if clause != ANYTHING]
    if NOTHING in found:
        return NOTHING
    if len(found) < 2:
        return found[0] if found else ANYTHING
    return {"bool": {"must": found}}


def any_of(clauses: Iterable[Clause]) -> Clause:
    """One must hold; each that does counts."""
    found = distinct(clause for clause in clauses if clause != NOTHING)
    if len(found) < 2:
        return found[0] if found else NOTHING
    return {"bool": {"should": found, "minimum_should_match": 1}}


def none_of(clause: Clause) -> Clause:
    if clause in (NOTHING, ANYTHING):
        return ANYTHING if clause == NOTHING else NOTHING
    return {"bool": {"must_not": [clause]}}


def filtered(clauses: Iterable[Clause], connector: str = "AND") -> Clause:
    """Conditions that do not rank; groups within groups of the same kind become one."""
    given = list(clauses)
    if not given:
        return ANYTHING
    if connector == "OR":
        if ANYTHING in given:
            return ANYTHING
        return any_of(part for clause in given for part in _alternatives(clause))
    found = distinct(part for clause in given for part in _requirements(clause))
    if NOTHING in found:
        return NOTHING
    found = [clause for clause in found if clause != ANYTHING]
    if len(found) < 2:
        return found[0] if found else ANYTHING
    return {"bool": {"filter": found}}


def constant(clause: Clause, score: float) -> Clause:
    return {"constant_score": {"filter": clause, "boost": score}}


def phrase(field: str, terms: Sequence[str]) -> Clause:
    """These terms in this order, without a gap."""
    if not terms:
        return NOTHING
    if len(terms) == 1:
        return {"term": {field: {"value": terms[0]}}}
    return {"match_phrase": {field: {"query": " ".join(terms)}}}


def distinct(clauses: Iterable[Clause]) -> list[Clause]:
    """Each clause once, in the order in which they came."""
    return list({json.dumps(clause, sort_keys=True): clause for clause in clauses}.values())


def terms_in(clause: Any) -> int:
    """How many terms a clause looks up: what its score can reach grows with them."""
    if isinstance(clause, list):
        return sum(terms_in(each) for each in clause)
    if not isinstance(clause, dict):
        return 0
    found = 0
    for name, inner in clause.items():
        if name == "term":
            found += 1
        elif name == "match_phrase":
            found += sum(len(each["query"].split()) for each in inner.values())
        elif name in ("must_not", "filter"):
            continue
        else:
            found += terms_in(inner)
    return found


def leaves_in(clause: Any) -> int:
    """How many clauses a server counts against its limit."""
    if isinstance(clause, list):
        return sum(leaves_in(each) for each in clause)
    if not isinstance(clause, dict):
        return 0
    own = sum(name in ("term", "match_phrase", "prefix", "wildcard", "fuzzy") for name in clause)
    return own or sum(leaves_in(inner) for inner in clause.values())


def _alternatives(clause: Clause) -> list[Clause]:
    inner = clause.get("bool", {})
    is_plain = set(inner) == {"should", "minimum_should_match"}
    return inner["should"] if is_plain else [clause]


def _requirements(clause: Clause) -> list[Clause]:
    inner = clause.get("bool", {})
    return inner["filter"] if set(inner) == {"filter"} else [clause]
