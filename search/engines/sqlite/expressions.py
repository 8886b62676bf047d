"""FTS5 expressions from the words of a query: pure functions.

Every token is quoted, so nothing that was typed is syntax of FTS5. An expression of None
matches nothing.
"""

from collections.abc import Iterable, Sequence

from search.inputs import ReaderQuery
from search.segmentation import SPELLED, Run, Word, meaningful, read, subwords


def reader_tiers(query: ReaderQuery) -> list[str]:
    """What a reader's query matches, best first; the last expression matches all of it.

    Runs as written, every word, any word, and at the end what only spells a word across the
    border of two others. Code terms are required throughout.
    """
    words = query.words
    if not words:
        return []
    telling = meaningful(words)
    code = [word for word in telling if word.is_code]
    loose = [word for word in telling if not word.is_code]
    parts = [part for word in loose for part in subwords(word)]
    asked = [word for word in loose if not word.is_character] or loose
    runs = _all([_run(run) for run in query.runs])
    every = _all([_word(word) for word in words if word in telling])
    any_word = _with_code(code, [_word(word) for word in [*asked, *parts]])
    spelled = _with_code(code, [_spelling(word) for word in [*asked, *parts]])
    # A run of one word is that word, which a text must have and not only spell.
    whole = every if all(len(run.words) == 1 for run in query.runs) else runs
    return list(dict.fromkeys([whole, every, any_word, spelled]))


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
        return f"({_spelling(word)} NOT {_quoted(SPELLED + word.text)})"
    return _spelling(word)


def _spelling(word: Word) -> str:
    spellings = [_phrase(list(word.tokens), word.is_character)]
    spellings += [_phrase(list(variant), False) for variant in word.variants]
    return spellings[0] if len(spellings) == 1 else f"({' OR '.join(spellings)})"


def _run(run: Run) -> str:
    if len(run.words) == 1:
        return _spelling(run.words[0])
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


def _with_code(code: list[Word], others: list[str]) -> str:
    required = [_spelling(word) for word in code]
    if not others:
        return _all(required)
    loose = f"({' OR '.join(dict.fromkeys(others))})" if len(others) > 1 else others[0]
    # Beside a code term the other words only help: they rank, they do not decide.
    if required:
        return f"({_all(required)} AND {loose}) OR {_all(required)}"
    return loose
