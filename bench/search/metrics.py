"""Figures of a ranking: MRR, nDCG and recall within the first ten; percentiles of times."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

DEPTH = 10
# Document → grade: 2 answers the query, 1 helps with it; what is not named has 0.
Grades = Mapping[str, int]


@dataclass(frozen=True)
class Figures:
    """Means over all queries of one kind."""

    mrr: float
    ndcg: float
    recall: float
    queries: int


def reciprocal_rank(found: Sequence[str], grades: Grades) -> float:
    """1 by the place of the first good document; 0 if there is none in the first ten."""
    places = (place for place, name in enumerate(found[:DEPTH], 1) if grades.get(name))
    return 1 / next(places, math.inf)


def ndcg(found: Sequence[str], grades: Grades) -> float:
    """The gain of the first ten, discounted by place, as a share of the best possible."""
    best = _discounted(sorted(grades.values(), reverse=True)[:DEPTH])
    return _discounted([grades.get(name, 0) for name in found[:DEPTH]]) / best if best else 0.0


def recall(found: Sequence[str], grades: Grades) -> float:
    """How many of the good documents are in the first ten, of as many as ten can hold."""
    good = {name for name, grade in grades.items() if grade}
    return len(good.intersection(found[:DEPTH])) / min(len(good), DEPTH) if good else 0.0


def figures(rankings: Sequence[tuple[Sequence[str], Grades]]) -> Figures:
    """The means of pairs of what was found and what is good."""
    if not rankings:
        return Figures(0.0, 0.0, 0.0, 0)
    return Figures(
        fmean(reciprocal_rank(*each) for each in rankings),
        fmean(ndcg(*each) for each in rankings),
        fmean(recall(*each) for each in rankings),
        len(rankings),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed; no interpolation."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _discounted(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, 1))
