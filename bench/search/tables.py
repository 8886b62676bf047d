"""What was measured as tables of Markdown."""

from collections.abc import Mapping, Sequence

from bench.search.measuring import Table
from bench.search.metrics import percentile
from bench.search.saving import WITHOUT


def ranking(table: Table) -> str:
    """A row for each kind of query and contender, with its figures and times."""
    kinds = list(dict.fromkeys(kind for _, kind in table))
    names = list(dict.fromkeys(name for name, _ in table))
    lines = [
        "| queries | engine | MRR@10 | nDCG@10 | recall@10 | p50 | p95 |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind in sorted(kinds):
        for name in names:
            if (measured := table.get((name, kind))) is None:
                continue
            got = measured.figures
            lines.append(
                f"| {kind} ({got.queries}) | {name} | {got.mrr:.3f} | {got.ndcg:.3f}"
                f" | {got.recall:.3f} | {measured.p50:.1f} ms | {measured.p95:.1f} ms |"
            )
    return "\n".join(lines)


def times(table: Table) -> str:
    """A row for each contender, its times for each kind of query beside each other."""
    kinds = list(dict.fromkeys(kind for _, kind in table))
    lines = [
        "| engine |" + "".join(f" {kind} p50 | p95 |" for kind in sorted(kinds)),
        "|---|" + "---|---|" * len(kinds),
    ]
    for name in dict.fromkeys(name for name, _ in table):
        cells = [table[name, kind] for kind in sorted(kinds)]
        lines.append(f"| {name} |" + "".join(f" {c.p50:.1f} ms | {c.p95:.1f} ms |" for c in cells))
    return "\n".join(lines)


def writing(rates: Mapping[str, float], visible: Mapping[str, float]) -> str:
    """A row for each contender that has an index of its own."""
    lines = ["| engine | documents/s built | save to visible |", "|---|---|---|"]
    for name, rate in rates.items():
        if rate:
            lines.append(f"| {name} | {rate:,.0f} | {visible[name] * 1000:.0f} ms |")
    return "\n".join(lines)


def saves(taken: Mapping[str, Sequence[float]]) -> str:
    """A row for each case: how long a save took, and how much more than without search."""
    lines = ["| saving an article | p50 | p95 | more at p50 |", "|---|---|---|---|"]
    least = percentile(taken[WITHOUT], 0.50)
    for name, seconds in taken.items():
        p50, p95 = (percentile(seconds, share) for share in (0.50, 0.95))
        more = f"{(p50 - least) * 1000:.1f} ms" if name != WITHOUT else ""
        lines.append(f"| {name} | {p50 * 1000:.1f} ms | {p95 * 1000:.1f} ms | {more} |")
    return "\n".join(lines)
