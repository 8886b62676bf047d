"""The words of an index, for whoever asks what a mistyped one was meant to be."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any

from search.engines import spelling
from search.engines.elasticsearch import words
from search.engines.elasticsearch.clauses import Clause, filtered
from search.engines.elasticsearch.words import ALL
from search.folding import clean, fold
from search.segmentation import PIECE

_MOST_NEAR = 50
_MOST_SOUNDING = 200
_MOST_CHARACTERS = 40
# Patterns of a server have at most 1,000 characters.
_LONGEST_SOUND, _SOUNDS_AT_ONCE = 40, 20
_LONGEST_HAN_WORD = 4
# Between how a word sounds and the word itself; neither has it.
_BAR = "|"

Ask = Callable[[dict[str, Any]], Mapping[str, Any]]


def known(found: Iterable[str]) -> dict[str, list[str]]:
    """What a document holds of its words: themselves, and by their sound."""
    known_words = sorted(word for word in found if len(word) > 1)
    sounds = ((spelling.sound(word), word) for word in known_words if not word.isascii())
    return {
        "known": known_words,
        "sounds": [f"{sound}{_BAR}{word}" for sound, word in sounds if sound],
    }


class IndexVocabulary:
    """`search.engines.spelling.Vocabulary` of an index, within a condition.

    What a query is sure to be asked about is fetched with one request at the beginning.
    """

    def __init__(self, ask: Ask, text: str, within: Clause) -> None:
        self._ask = ask
        self._within = within
        self._has = dict.fromkeys(_candidates(text), False)
        self._is_word = dict(self._has)
        if self._has:
            self._fetch(list(self._has))
        self.count = cache(self._count)
        self.sounding = cache_by_set(self._sounding)

    def has(self, word: str) -> bool:
        if word not in self._has:
            self._fetch([word])
        return self._has[word]

    def is_word(self, word: str) -> bool:
        if word not in self._is_word:
            self._fetch([word])
        return self._is_word[word]

    def has_character(self, character: str) -> bool:
        return self.has(character)

    def near(self, word: str) -> Iterable[str]:
        most = spelling.allowed(word)
        if not most:
            return []
        suggester = {
            "field": "known", "suggest_mode": "always", "max_edits": most, "prefix_length": 0,
            "min_word_length": 2, "size": _MOST_NEAR, "min_doc_freq": 0, "accuracy": 0.3,
        }  # fmt: skip
        answer = self._ask({"size": 0, "suggest": {"text": word, "near": {"term": suggester}}})
        return [option["text"] for each in answer["suggest"]["near"] for option in each["options"]]

    def shaped(self, word: str) -> Iterable[str]:
        odd = (
            f"{_plain(word[:place])}.{_plain(word[place + 1 :])}" for place in range(1, len(word))
        )
        found = self._values("known", "|".join(odd))
        return [other for other in found if other != word]

    def _count(self, text: str) -> int:
        asked = filtered([_written(text), self._within])
        answer = self._ask({"size": 0, "track_total_hits": True, "query": asked})
        return answer["hits"]["total"]["value"]

    def _sounding(self, sounds: Collection[str]) -> list[str]:
        wanted = sorted(_plain(sound) for sound in sounds if len(sound) <= _LONGEST_SOUND)
        found: list[str] = []
        for start in range(0, len(wanted), _SOUNDS_AT_ONCE):
            pattern = f"({'|'.join(wanted[start : start + _SOUNDS_AT_ONCE])})\\{_BAR}.*"
            found += self._values("sounds", pattern)
        return [each.partition(_BAR)[2] for each in found]

    def _values(self, field: str, pattern: str) -> list[str]:
        """The values of a field that a pattern of ours matches."""
        counted = {"terms": {"field": field, "include": pattern, "size": _MOST_SOUNDING}}
        body = {
            "size": 0,
            "query": {"bool": {"filter": [{"regexp": {field: {"value": pattern}}}]}},
            "aggs": {"values": counted},
        }
        buckets = self._ask(body)["aggregations"]["values"]["buckets"]
        return [bucket["key"] for bucket in buckets]

    def _fetch(self, wanted: list[str]) -> None:
        filters = {f"has {word}": _written(word) for word in wanted}
        filters |= {f"word {word}": {"term": {"known": {"value": word}}} for word in wanted}
        counting = {"words": {"filters": {"filters": filters}}}
        found = self._ask({"size": 0, "aggs": counting})["aggregations"]["words"]["buckets"]
        for word in wanted:
            self._has[word] = found[f"has {word}"]["doc_count"] > 0
            self._is_word[word] = found[f"word {word}"]["doc_count"] > 0


def cache_by_set(function: Callable[[Collection[str]], list[str]]) -> Any:
    kept: dict[frozenset[str], list[str]] = {}

    def cached(values: Collection[str]) -> list[str]:
        key = frozenset(values)
        if key not in kept:
            kept[key] = function(key)
        return kept[key]

    return cached


def _candidates(text: str) -> list[str]:
    """What of a query is looked up in any case: Latin words, and pieces of Han runs."""
    found: dict[str, None] = {}
    for piece in list(PIECE.finditer(fold(clean(text))))[: spelling.MAX_WORDS]:
        run = piece[0][:_MOST_CHARACTERS]
        if piece.lastgroup != "han":
            found[piece[0]] = None
            continue
        for length in range(2, _LONGEST_HAN_WORD + 1):
            found |= dict.fromkeys(run[at : at + length] for at in range(len(run) - length + 1))
    return list(found)[:400]


def _written(text: str) -> Clause:
    places = words.Places((*ALL.texts, *ALL.parts))
    return words.text(text, places, as_phrase=True)


def _plain(text: str) -> str:
    """A text in a server's regular expression, as itself."""
    return re.sub(r"([^\w])", r"\\\1", text)
