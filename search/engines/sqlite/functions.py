"""Functions of ours inside SQLite: what comparing text takes that SQL does not know."""

import sqlite3

from search.engines import sounds, spelling
from search.engines.sqlite import expressions
from search.folding import fold


def register(connection: sqlite3.Connection) -> None:
    connection.create_function("fold", 1, _fold, deterministic=True)
    connection.create_function("resembles", 2, _resembles, deterministic=True)
    connection.create_function("phrase", 1, _phrase, deterministic=True)
    connection.create_function("sound", 1, _sound, deterministic=True)


def _resembles(text: str | None, other: str) -> bool:
    return text is not None and spelling.resembles(text, other)


def _phrase(word: str) -> str:
    """A word as an expression of FTS5."""
    return expressions.text(word, phrase=True) or '""'


def _sound(word: str) -> str:
    return "" if word.isascii() else sounds.sound(word)


def _fold(value: object) -> str | None:
    return None if value is None else fold(str(value))
