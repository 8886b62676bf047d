"""Ask contenders in turns, so that a busy minute of the machine strikes all alike."""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from bench.search.contenders import Contender, Ours
from bench.search.metrics import Figures, figures, percentile
from bench.search.questions import Asked
from bench.search.sections import Section

# Caches are warm and a virtual machine has compiled what it needs, as on a site in use.
_WARMING = 100
_VISIBLE_WITHIN = 30.0


@dataclass
class Measured:
    """What one contender did with the queries of one kind."""

    figures: Figures
    seconds: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return percentile(self.seconds, 0.50) * 1000

    @property
    def p95(self) -> float:
        return percentile(self.seconds, 0.95) * 1000


Table = dict[tuple[str, str], Measured]


def ask_all(contenders: Sequence[Contender], asked: Sequence[Asked]) -> Table:
    """(contender, kind of query) → figures and times; every query is asked once of each."""
    found: dict[tuple[str, str], list[tuple[list[str], Asked]]] = defaultdict(list)
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    shuffled = list(asked)
    random.Random(1).shuffle(shuffled)  # noqa: S311 - no secret
    for contender in contenders:
        for each in shuffled[:_WARMING]:
            contender.ask(each.query)
    for each in shuffled:
        for contender in contenders:
            key = contender.name, each.kind
            started = time.perf_counter()
            names = contender.ask(each.query)
            seconds[key].append(time.perf_counter() - started)
            found[key].append((names, each))
    return {
        key: Measured(figures([(names, each.grades) for names, each in rows]), seconds[key])
        for key, rows in found.items()
    }


def taking_suggestions(contenders: Sequence[Contender], asked: Sequence[Asked]) -> Table:
    """What mistyped queries find for a visitor who takes what is offered; ours offer only."""
    table: Table = {}
    for contender in contenders:
        if isinstance(contender, Ours):
            kind = f"{asked[0].kind}, suggestion taken"
            meant = [
                replace(each, kind=kind, query=contender.suggestion(each.query) or each.query)
                for each in asked
            ]
            table |= ask_all([contender], meant)
    return table


def build_rate(contender: Contender, documents: Sequence[Section]) -> float:
    """Documents a second; 0 for a contender that shares the index of another."""
    if contender.shares_index:
        return 0.0
    started = time.perf_counter()
    contender.build(documents)
    return len(documents) / (time.perf_counter() - started)


def until_visible(contender: Contender, times: int = 11) -> float:
    """The median of seconds from the call that writes one document until it is found."""
    taken = []
    for number in range(times):
        word = f"zzvisible{number}q"
        section = Section(word, "", "", f"这一段里有一个别处没有的词：{word}。")
        started = time.perf_counter()
        contender.write(section)
        while word not in contender.ask(word):
            if time.perf_counter() - started > _VISIBLE_WITHIN:
                raise TimeoutError(f"{contender.name} does not find what was written.")
        taken.append(time.perf_counter() - started)
    return median(taken)
