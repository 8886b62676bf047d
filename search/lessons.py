"""Words to cut queries at, and words that count as each other: pure, made once and used often."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from . import segmentation
from .segmentation import Word

# Words of a query that may together be one entry: "distributed message queue".
MAX_JOINED = 6
# Other spellings of one word; each is one more alternative for the engine.
MAX_VARIANTS = 12
Variants = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Taught:
    """Implements `segmentation.Lessons`.

    `pattern` finds the taught words in a run of Han characters, longest first; `variants`
    leads from the words of an entry, as a query is cut into them, to the tokens of all that
    counts as it. `words` are those that somebody taught as words.
    """

    pattern: re.Pattern[str] | None = None
    variants: dict[tuple[str, ...], Variants] = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, words: Iterable[str], groups: Iterable[Sequence[str]]) -> "Taught":
        """Lessons from folded words and groups of folded synonyms."""
        words = list(words)
        groups = [list(group) for group in groups]
        entries = {entry for group in groups for entry in group}
        # 进程 is no place to cut 改进程序 at: what the dictionary knows, it finds by itself.
        whole = {entry for entry in entries if segmentation.is_han(entry) and not _is_known(entry)}
        taught = {word for word in {*words, *whole} if len(word) > 1}
        longest_first = sorted(taught, key=lambda word: (-len(word), word))
        pattern = re.compile("|".join(map(re.escape, longest_first))) if taught else None
        known_words = frozenset(words) & taught
        cutting = cls(pattern)
        variants: dict[tuple[str, ...], Variants] = {}
        for group in groups:
            read = {entry: segmentation.read(entry, cutting) for entry in group}
            tokens = {
                entry: tuple(t for run in runs for t in run.tokens) for entry, runs in read.items()
            }
            for entry, runs in read.items():
                key = tuple(word.text for run in runs for word in run.words)
                others = [tokens[other] for other in group if other != entry]
                # A word may be in several groups; it counts as the words of all of them.
                known = dict.fromkeys([*variants.get(key, ()), *others])
                if 0 < len(key) <= MAX_JOINED:
                    variants[key] = tuple(known)[:MAX_VARIANTS]
        return cls(pattern, variants, known_words)

    def cut(self, run: str) -> list[tuple[str, bool]]:
        if self.pattern is None:
            return [(run, False)]
        found, end = [], 0
        for match in self.pattern.finditer(run):
            if match.start() > end:
                found.append((run[end : match.start()], False))
            found.append((match[0], True))
            end = match.end()
        return [*found, (run[end:], False)] if end < len(run) else found

    def widened(self, words: list[Word]) -> list[Word]:
        if not self.variants and not self.words:
            return words
        found: list[Word] = []
        position = 0
        while position < len(words):
            taken = self._entry(words[position : position + MAX_JOINED])
            found.append(self._word(words[position : position + taken]))
            position += taken
        return found

    def _entry(self, words: list[Word]) -> int:
        """How many of these words, from the first on, are one entry; 1 if none is."""
        for number in range(len(words), 1, -1):
            if tuple(word.text for word in words[:number]) in self.variants:
                return number
        return 1

    def _word(self, words: list[Word]) -> Word:
        variants = self.variants.get(tuple(word.text for word in words), ())
        if len(words) == 1:
            word = words[0]
            if word.text in self.words and len(word.tokens) == 1:
                # Texts are cut without these lessons: what one only seems to spell across two
                # words of the dictionary is this word.
                variants = (word.tokens, *variants)
            return Word(word.text, word.tokens, (*word.variants, *variants), word.is_code)
        tokens = segmentation.tokens_of(words)
        is_han = all(segmentation.is_han(word.text) for word in words)
        text = ("" if is_han else " ").join(word.text for word in words)
        return Word(text, tokens, variants, any(word.is_code for word in words))


def _is_known(entry: str) -> bool:
    return entry in segmentation.tokenize(entry).known


NOTHING_TAUGHT = Taught()
