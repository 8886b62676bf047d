"""FTS5 expressions from the words of a query: pure functions.

Every token is quoted, so nothing that was typed is syntax of FTS5. An expression of None
matches nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.inputs import ReaderQuery
from search.segmentation import SPELLED, Run, Word, is_particle, read


@dataclass(frozen=True)
class Loose:
    """Any word of a query: all code terms, and of the other words one."""

    code: tuple[Word, ...]
    words: tuple[Word, ...]
    # Words that so many texts have that they only help to rank.
    common: tuple[Word, ...] = ()

    def spellings(self) -> dict[Word, str]:
        """The expression of each word that need not be there."""
        return {word: _spelling(word) for word in self.words}

    def without(self, common: Iterable[Word]) -> "Loose":
        """The same, these words being too common to find anything by."""
        left_out = set(common)
        kept = tuple(word for word in self.words if word not in left_out)
        return Loose(self.code, kept, tuple(word for word in self.words if word in left_out))

    def tiers(self) -> list[str]:
        """Texts that have one as a word; then those that spell one across a border of words."""
        has = _with_code(self.code, [_word(word) for word in self.words])
        spells = _with_code(self.code, [_spelling(word) for word in self.words])
        return [has, spells]

    def helped(self, tier: str) -> str:
        """One of the tiers, finding the same, with the common words among what is ranked."""
        if not self.common:
            return tier
        return f"({tier}) AND {_one_of([_spelling(w) for w in (*self.words, *self.common)])}"


def strict_tiers(query: ReaderQuery) -> list[str]:
    """Texts with every run of the query as it was written; then those with every word."""
    every = _all([_one_of([_word(word) for word in words]) for words in query.required])
    asked = {word for words in query.required for word in words}
    runs = [run for run in query.runs if len(run.words) > 1 or run.words[0] in asked]
    # A run of one word is that word, which a text must have and not only spell.
    if all(len(run.words) == 1 for run in runs):
        return [every]
    return list(dict.fromkeys([_all([_run(run) for run in runs]), every]))


def loose(query: ReaderQuery) -> Loose:
    """What a text must have at least; it finds all that the stricter tiers find."""
    return Loose(tuple(query.code), tuple(query.loose))


def text(value: str, *, phrase: bool = False) -> str | None:
    """A standard lookup on texts: every run, in any place; or, as a phrase, in this order."""
    runs = read(value)
    if not runs:
        return None
    if phrase:
        return _phrase([token for run in runs for token in run.tokens], _opens(runs[-1]))
    return _all([_run(run) for run in runs])


def beginning(value: str) -> str | None:
    """Texts with a word that begins like this; earlier words as they are."""
    runs = read(value)
    return _phrase([token for run in runs for token in run.tokens], True) if runs else None


def any_of(tokens: Iterable[str]) -> str:
    return " OR ".join(_quoted(token) for token in tokens)


def in_columns(expression: str, columns: Sequence[str]) -> str:
    return f"{{{' '.join(columns)}}} : ({expression})"


def _word(word: Word) -> str:
    """A word itself: where a text only spells it, it is not that word."""
    if len(word.tokens) == 1 and len(word.text) == 2 and not word.text.isascii():
        itself = f"({_quoted(word.text)} NOT {_quoted(SPELLED + word.text)})"
        return _one_of([itself, *_variants(word)])
    return _spelling(word)


def _spelling(word: Word) -> str:
    return _one_of([_phrase(list(word.tokens), word.is_character), *_variants(word)])


def _variants(word: Word) -> list[str]:
    return [_phrase(list(variant), False) for variant in word.variants]


def _run(run: Run) -> str:
    if len(run.words) == 1:
        return _spelling(run.words[0])
    if _opens(run) and is_particle(run.tokens[-1]):
        # java的: half of all texts have some pair that begins with 的.
        return _phrase(list(run.tokens[:-1]), False)
    return _phrase(list(run.tokens), _opens(run))


def _opens(run: Run) -> bool:
    """Whether the run ends in a single Han character, which is the beginning of some pair."""
    last = run.tokens[-1]
    return len(last) == 1 and not last.isascii()


def _phrase(tokens: list[str], is_open: bool) -> str:
    return _quoted(" ".join(tokens)) + (" *" if is_open else "")


def _quoted(tokens: str) -> str:
    return '"' + tokens.replace('"', '""') + '"'


def _all(expressions: list[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"({' AND '.join(expressions)})"


def _one_of(expressions: list[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"({' OR '.join(expressions)})"


def _with_code(code: Sequence[Word], others: list[str]) -> str:
    required = [_spelling(word) for word in code]
    if not others:
        return _all(required)
    loose = _one_of(list(dict.fromkeys(others)))
    # Beside a code term the other words only help: they rank, they do not decide.
    if required:
        return f"({_all(required)} AND {loose}) OR {_all(required)}"
    return loose
