"""Functions of ours inside SQLite: what comparing text takes that SQL does not know."""

import sqlite3

from search.folding import fold


def register(connection: sqlite3.Connection) -> None:
    connection.create_function("fold", 1, _fold, deterministic=True)
    connection.create_function("resembles", 2, resembles, deterministic=True)


def resembles(text: str | None, other: str) -> bool:
    """Whether two words differ by a typing mistake or two, as many as their length excuses."""
    if text is None or abs(len(text) - len(other)) > _allowed(other):
        return False
    return _distance(text, other, _allowed(other)) <= _allowed(other)


def _allowed(word: str) -> int:
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2


def _fold(value: object) -> str | None:
    return None if value is None else fold(str(value))


def _distance(left: str, right: str, most: int) -> int:
    """Levenshtein's distance, or more than `most` as soon as it is known to be."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row = row, [i]
        for j, b in enumerate(right, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (a != b)))
        if min(row) > most:
            return most + 1
    return row[-1]
