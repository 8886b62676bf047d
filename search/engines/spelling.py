"""What a mistyped query may have meant: pure functions over the words that an index knows.

Latin words are mistyped by a letter or two; Chinese ones, typed by their sound, by another
character of the same sound. Only what is found nowhere is thought to be mistyped, and only
what has results is offered.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from search.engines.sounds import alike, alike_characters, sound
from search.folding import clean, fold
from search.segmentation import PIECE, is_particle, stem

MAX_WORDS = 12
MAX_CORRECTIONS = 3
_LONGEST_HAN_WORD = 4
# A run as short as this must be found as it was put right, not only the word in it.
_SHORT_RUN, _LONGEST_WHOLE_RUN = 4, 8
# As many texts say that a run of known words, which none of them has, was meant otherwise.
_MANY = 3
_MOST_HAN_CHARACTERS = 40
_MOST_CANDIDATES = 8
_MOST_ALIKE = 200
# What reading a run of Han characters in some way costs; the cheapest reading is believed.
_LONE_CHARACTER, _LONE_PARTICLE = 1.0, 0.3
_SAME_SOUND, _OTHER_CHARACTER = 0.6, 0.8
# For each character of what some text has in a row, and no dictionary.
_IN_A_ROW = 0.4


class Vocabulary(Protocol):
    """What an index knows of its words. Words are folded, as it holds them."""

    def has(self, word: str) -> bool:
        """Whether any document has this word, or run of characters."""

    def is_word(self, word: str) -> bool:
        """Whether it is a word, and not only characters that follow each other somewhere."""

    def has_character(self, character: str) -> bool:
        """Whether any document has a word with this Han character."""

    def count(self, words: str) -> int:
        """How many documents, among those that the search may find, have these words in a row."""

    def near(self, word: str) -> Iterable[str]:
        """Latin words that may differ from this one by a mistake or two."""

    def sounding(self, sounds: Collection[str]) -> Iterable[str]:
        """Words of several Han characters that sound like one of these."""

    def shaped(self, word: str) -> Iterable[str]:
        """Han words that differ from this one in a single character."""


@dataclass(frozen=True)
class _Reading:
    """A way to read some characters, and how unlikely it is."""

    cost: float
    parts: tuple[str, ...] = ()


def suggestion(text: str, vocabulary: Vocabulary) -> str | None:
    """The text with its mistyped words put right, or None where nothing better is known."""
    text = clean(text)
    folded = fold(text)
    corrected, end, corrections = [], 0, 0
    for place, piece in enumerate(PIECE.finditer(folded)):
        if place >= MAX_WORDS or corrections >= MAX_CORRECTIONS:
            break
        correct = _han if piece.lastgroup == "han" else _latin
        better = correct(piece[0], vocabulary)
        if better is not None:
            corrected += [text[end : piece.start()], better]
            end = piece.end()
            corrections += 1
    return "".join([*corrected, text[end:]]).strip() if corrections else None


def resembles(word: str, other: str) -> bool:
    """Whether two words differ by a typing mistake or two, as many as their length excuses."""
    most = allowed(other)
    return abs(len(word) - len(other)) <= most and distance(word, other, most) <= most


def allowed(word: str) -> int:
    """How many mistakes are excused in a word of this length."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2


def distance(left: str, right: str, most: int) -> int:
    """Letters to insert, delete, replace or swap; more than `most` as soon as that is known."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        last, row, earlier = row, [i], before
        for j, b in enumerate(right, 1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(last) > most:
            return most + 1
        before = last
    return row[-1]


def fragments(word: str) -> list[str]:
    """Of a word with a mistake or two one of these is, as a rule, still whole."""
    third = max(len(word) // 3, 1)
    return [word[:third], word[third : 2 * third], word[2 * third :]]


def _latin(word: str, vocabulary: Vocabulary) -> str | None:
    """A Latin word that was meant; two words where they are written apart; or Chinese ones."""
    if len(word) < 4 or not (word.isascii() and word.isalpha()) or vocabulary.has(word):
        return None
    near = sorted(
        (distance(candidate, word, allowed(word)), candidate[0] != word[0], candidate)
        for candidate in vocabulary.near(word)
        if candidate.isalpha() and resembles(candidate, word)
    )
    if any(_is_inflected(word, candidate) for _, _, candidate in near):
        return None
    nearest = [candidate for edits, _, candidate in near if edits == 1]
    farther = [candidate for edits, _, candidate in near if edits > 1]
    return (
        _most_frequent(nearest, vocabulary)
        or _parted(word, vocabulary)
        or _from_pinyin(alike(word), vocabulary)
        or _most_frequent(farther, vocabulary)
    )


def _is_inflected(word: str, candidate: str) -> bool:
    """checkpoints and checkpoint are one word: who finds the one finds the other."""
    same_beginning = word.startswith(candidate) or candidate.startswith(word)
    return same_beginning and stem(word) == stem(candidate)


def _parted(word: str, vocabulary: Vocabulary) -> str | None:
    halves = [(word[:place], word[place:]) for place in range(2, len(word) - 1)]
    found = [f"{a} {b}" for a, b in halves if vocabulary.has(a) and vocabulary.has(b)]
    return _most_frequent(found, vocabulary)


def _from_pinyin(pinyin: str, vocabulary: Vocabulary) -> str | None:
    whole = [word for word in vocabulary.sounding([pinyin]) if sound(word) == pinyin]
    if found := _most_frequent(whole, vocabulary):
        return found
    by_sound: dict[str, list[str]] = {}
    cuts = range(2, len(pinyin) - 1)
    for word in vocabulary.sounding({part for at in cuts for part in (pinyin[:at], pinyin[at:])}):
        by_sound.setdefault(sound(word), []).append(word)
    pairs = [
        first + second
        for at in cuts
        for first in by_sound.get(pinyin[:at], [])[:_MOST_CANDIDATES]
        for second in by_sound.get(pinyin[at:], [])[:_MOST_CANDIDATES]
    ]
    return _most_frequent(pairs[: _MOST_CANDIDATES**2], vocabulary, _MOST_CANDIDATES**2)


def _han(run: str, vocabulary: Vocabulary) -> str | None:
    """A run of Han characters, read in the likeliest way."""
    if not 2 <= len(run) <= _MOST_HAN_CHARACTERS or vocabulary.has(run):
        return None
    best = [_Reading(0.0)]
    for end in range(1, len(run) + 1):
        readings = [
            _Reading(best[start].cost + part.cost, (*best[start].parts, *part.parts))
            for start in range(max(end - _LONGEST_HAN_WORD, 0), end)
            for part in _ways(run[start:end], vocabulary)
        ]
        best.append(min(readings, key=lambda reading: reading.cost))
    corrected = "".join(best[-1].parts)
    if corrected == run:
        return _same_sound(run, vocabulary, _MANY if best[-1].cost == 0 else 1)
    changed = [part for part in best[-1].parts if len(part) > 1 and part not in run]
    if len(run) <= _SHORT_RUN and max(map(len, changed)) < 3:
        # A word of two characters sounds like many others.
        changed = [corrected]
    return corrected if all(vocabulary.count(part) for part in changed) else None


def _same_sound(run: str, vocabulary: Vocabulary, least: int) -> str | None:
    """A run that texts have, and which sounds like this one: 红黑树 for 红黑数.

    What was typed may be words too (事物隔离级别 for 事务隔离级别): then many texts must say so,
    and none may have them side by side.
    """
    if not 2 < len(run) <= _LONGEST_WHOLE_RUN:
        return None
    spans = [
        (start, end)
        for start in range(len(run))
        for end in range(start + 1, min(start + _LONGEST_HAN_WORD, len(run)) + 1)
        if not _stands(run, start, end, vocabulary)
    ]
    sounds = {run[start:end]: sound(run[start:end]) for start, end in spans}
    words = list(vocabulary.sounding({heard for heard in sounds.values() if heard}))
    words += [c for start, end in spans if end - start == 1 for c in alike_characters(run[start])]
    meant = {
        run[:start] + word + run[end:]
        for start, end in spans
        for word in words
        if len(word) == end - start and sound(word) == sounds[run[start:end]] != ""
    }
    counts = {text: vocabulary.count(text) for text in sorted(meant - {run})[:_MOST_ALIKE]}
    best = max(counts, key=counts.__getitem__, default=None)
    return best if best is not None and counts[best] >= least else None


def _stands(run: str, start: int, end: int, vocabulary: Vocabulary) -> bool:
    """Whether texts have what is in these bounds beside what is next to it."""
    before, after = run[max(start - 1, 0) : start + 1], run[end - 1 : end + 1]
    borders = [border for border in (before if start else "", after) if len(border) == 2]
    return any(vocabulary.has(border) for border in borders)


def _ways(part: str, vocabulary: Vocabulary) -> Iterator[_Reading]:
    """As a lone character, as a word that is known, or as one that it was meant to be."""
    if len(part) == 1:
        yield _Reading(_LONE_PARTICLE if is_particle(part) else _LONE_CHARACTER, (part,))
        return
    if vocabulary.has(part):
        yield _Reading(0.0 if vocabulary.is_word(part) else _IN_A_ROW * len(part), (part,))
        return
    sounded = sound(part)
    alike_words = vocabulary.sounding([sounded]) if sounded else []
    same = [word for word in alike_words if len(word) == len(part)]
    if meant := _most_frequent(_nearest(part, same), vocabulary):
        yield _Reading(_SAME_SOUND, (meant,))
    if len(part) > 2:
        others = [word for word in vocabulary.shaped(part) if _is_unheard(part, word, vocabulary)]
        if meant := _most_frequent(others, vocabulary):
            yield _Reading(_OTHER_CHARACTER, (meant,))


def _nearest(part: str, words: Iterable[str]) -> list[str]:
    """Those that share most characters with what was typed."""
    shared = {word: sum(a == b for a, b in zip(word, part, strict=True)) for word in words}
    most = max(shared.values(), default=0)
    return [word for word, number in shared.items() if number == most]


def _is_unheard(part: str, word: str, vocabulary: Vocabulary) -> bool:
    """Whether the character in which a word differs from what was typed occurs nowhere."""
    odd = [a for a, b in zip(part, word, strict=True) if a != b]
    return len(odd) == 1 and not vocabulary.has_character(odd[0])


def _most_frequent(
    candidates: Iterable[str], vocabulary: Vocabulary, most: int = _MOST_CANDIDATES
) -> str | None:
    counts = {word: vocabulary.count(word) for word in list(candidates)[:most]}
    found = max(counts, key=counts.__getitem__, default=None)
    return found if found is not None and counts[found] else None
