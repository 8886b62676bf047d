"""The words of an index file, for whoever asks what a mistyped one was meant to be."""

import sqlite3
from collections.abc import Collection, Iterable

from search.engines import spelling
from search.engines.sqlite import expressions, ranking
from search.engines.sqlite.request import Request, Tier

_MOST_NEAR = 2000
_MOST_SOUNDING = 200


class FileVocabulary:
    """`search.engines.spelling.Vocabulary` of a file, within the conditions of a request."""

    def __init__(self, connection: sqlite3.Connection, within: Request) -> None:
        self.connection = connection
        self.within = within

    def has(self, word: str) -> bool:
        expression = expressions.text(word, phrase=True)
        return expression is not None and self._any(
            "SELECT 1 FROM tokens WHERE tokens MATCH ? LIMIT 1", expression
        )

    def is_word(self, word: str) -> bool:
        return self._any("SELECT 1 FROM words WHERE word = ?", word)

    def has_character(self, character: str) -> bool:
        return self._any(
            "SELECT 1 FROM vocabulary WHERE term >= ? AND term < ? LIMIT 1",
            character, character + "\U0010ffff",
        )  # fmt: skip

    def count(self, words: str) -> int:
        expression = expressions.text(words, phrase=True)
        if expression is None:
            return 0
        return ranking.count(self.connection, Request((Tier(expression),), self.within.where))

    def near(self, word: str) -> Iterable[str]:
        most = spelling.allowed(word)
        if not most:
            return []
        parts = spelling.fragments(word)
        return self._words(
            "SELECT word FROM words WHERE word < '\u007f' AND length(word) BETWEEN ? AND ?"
            " AND (instr(word, ?) OR instr(word, ?) OR instr(word, ?)) LIMIT ?",
            len(word) - most, len(word) + most, *parts, _MOST_NEAR,
        )  # fmt: skip

    def sounding(self, sounds: Collection[str]) -> Iterable[str]:
        marks = ", ".join("?" * len(sounds))
        return self._words(
            f"SELECT word FROM words WHERE sound IN ({marks}) LIMIT ?",  # noqa: S608
            *sounds, _MOST_SOUNDING,
        )  # fmt: skip

    def shaped(self, word: str) -> Iterable[str]:
        beginning = self._words(
            "SELECT word FROM words WHERE word >= ? AND word < ? AND length(word) = ?",
            word[0], word[0] + "\U0010ffff", len(word),
        )  # fmt: skip
        return [other for other in beginning if _differences(other, word) == 1]

    def _any(self, sql: str, *params: object) -> bool:
        return self.connection.execute(sql, params).fetchone() is not None

    def _words(self, sql: str, *params: object) -> list[str]:
        return [word for (word,) in self.connection.execute(sql, params)]


def _differences(word: str, other: str) -> int:
    return sum(a != b for a, b in zip(word, other, strict=True))
