"""Many documents out of few: sentences mixed anew, some words exchanged, always the same ones."""

import random
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import rjieba

from bench.search.sections import Section

_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；\n]?")
# Shares: sentences from other texts, and words exchanged for words of the dictionary. Without
# these, a word of one text would stand in every hundredth of all documents.
_FOREIGN = 0.3
_EXCHANGED = 0.15


def documents(sections: Sequence[Section], number: int, seed: int = 1) -> Iterator[Section]:
    """The sections themselves first, then variations of them, without end but for `number`."""
    yield from sections[:number]
    chance = random.Random(seed)  # noqa: S311 - no secret
    cut = [_cut(section.text) for section in sections]
    every = [sentence for text in cut for sentence in text]
    words, weights = _dictionary()
    strangers: Iterator[str] = iter(())
    for place in range(len(sections), number):
        origin = sections[place % len(sections)]
        made = []
        for own in cut[place % len(sections)]:
            sentence = chance.choice(every) if chance.random() < _FOREIGN else own
            for word in sentence:
                if len(word) > 1 and chance.random() < _EXCHANGED:
                    if (stranger := next(strangers, None)) is None:
                        strangers = iter(chance.choices(words, cum_weights=weights, k=10_000))
                        stranger = next(strangers)
                    word = stranger
                made.append(word)
        text = "".join(made)
        yield Section(f"{origin.name}~{place}", f"{origin.page} {place}", origin.heading, text)


def _cut(text: str) -> list[list[str]]:
    return [rjieba.cut(sentence, False) for sentence in _SENTENCE.findall(text)]


def _dictionary() -> tuple[list[str], list[int]]:
    """Words with the sums of their frequencies, from jieba's own list."""
    import jieba

    lines = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" ") for line in lines]
    rows = [row for row in rows if len(row[0]) > 1]
    return [row[0] for row in rows], list(accumulate(int(row[1]) for row in rows))
