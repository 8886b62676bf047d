"""Cut text into what an index holds and a query into what a reader meant: pure functions.

Text is indexed without a dictionary, so that nothing is missed: Han characters as pairs,
Latin words and code terms whole. Queries are cut with a dictionary (rjieba), so that they
are asked for by words. Engines turn both into their own requests.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, pairwise
from types import ModuleType
from typing import Protocol

from search.folding import clean, fold

# Scripts that write without spaces: Han, kana, Hangul. Pairs of characters serve all of them.
_HAN = (
    "\u3005\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_LETTER = rf"[^\W{_HAN}]"
# .net · node.js · v1.14 · snake_case · kebab-case · c++ · c#; a slash parts what it stands between.
_TERM = (
    rf"(?:(?<!\.)(?<!{_LETTER})\.(?=[^\W\d]))?"
    rf"{_LETTER}+(?:[.\-+#]{_LETTER}+)*(?:\+\+|[#+])?"
)
PIECE = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<term>{_TERM})")
_JOINTS = re.compile(r"[.\-+#_]")
_SYMBOL = re.compile(r"[.\-+#_]")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MIXED_CASE = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]")
_NUMBERED = re.compile(r"([a-z]{2,})(\d+)$")
_LETTER_AND_DIGIT = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")

# Between the values of a list: no phrase reaches from one tag into the next.
GAP = "|"
# Before a pair of characters that a text spells but never has as a word.
SPELLED = "|"
MAX_TOKEN_CHARACTERS = 64
MAX_SPELLED_CHARACTERS = 32
MAX_QUERY_WORDS = 64
# A lone character says something in a query of a few words, and little in a long one, where
# asking for it costs more than everything else.
MOST_WORDS_BESIDE_CHARACTERS = 2
# Words that say nothing alone; asked for only when a query has nothing else.
_PARTICLES = frozenset("的了是在和与及吗呢吧啊么着过把被对于之其而则也都就还又个")


@dataclass(frozen=True)
class Word:
    """One word of a query: the tokens it is, in order, and other spellings that count as it."""

    text: str
    tokens: tuple[str, ...]
    variants: tuple[tuple[str, ...], ...] = ()
    is_code: bool = False

    @property
    def is_character(self) -> bool:
        """A single Han character: the index has it as the beginning of a pair."""
        return len(self.text) == 1 and self.tokens == (self.text,) and not self.text.isascii()


@dataclass(frozen=True)
class Run:
    """Words of a query that were written without a break."""

    words: tuple[Word, ...]
    tokens: tuple[str, ...]


@dataclass
class Tokens:
    """What of one document, or one field of it, the index holds."""

    words: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    straddles: Counter[str] = field(default_factory=Counter)
    # Words of the dictionary, lone characters among them, and Latin words.
    known: set[str] = field(default_factory=set)

    def only_spelled(self) -> list[str]:
        """Pairs that are words elsewhere; here they only lie across the border of two words."""
        if not self.straddles:
            return []
        seen = Counter(self.words)
        return [SPELLED + pair for pair, count in self.straddles.items() if count >= seen[pair]]


def tokenize(text: str) -> Tokens:
    """The tokens of a text, as an index holds them."""
    text = clean(text)
    folded = fold(text)
    tokens = Tokens()
    known: dict[str, list[str]] = {}
    for piece in PIECE.finditer(folded):
        if piece.lastgroup == "han":
            cut = _dictionary().cut(piece[0], False)
            tokens.words.extend(_pairs(piece[0]))
            tokens.straddles.update(_straddling(cut))
            tokens.known.update(cut)
        else:
            tokens.words.append(piece[0][:MAX_TOKEN_CHARACTERS])
            original = text[piece.start() : piece.end()]
            if original not in known:
                tokens.known.update(_spellable(piece[0]))
                known[original] = _parts(original, piece[0])
            tokens.parts.extend(known[original])
    return tokens


class Lessons(Protocol):
    """What people taught search: words to cut at, and words that count as each other."""

    def cut(self, run: str) -> list[tuple[str, bool]]:
        """A folded run of Han characters in pieces; True for what is a word already."""

    def widened(self, words: list[Word]) -> list[Word]:
        """The words of one run, with what counts as each among their variants."""


def read(query: str, lessons: Lessons | None = None) -> list[Run]:
    """The runs of a query, each with its words. Nothing in a query is syntax."""
    text = clean(query)
    runs: list[Run] = []
    words: list[Word] = []
    end, last, count = 0, "", 0
    folded = fold(text)
    for piece in PIECE.finditer(folded):
        if words and not _joined(folded[end : piece.start()], last, str(piece.lastgroup)):
            runs.append(_run(words, lessons))
            words = []
        found = list(_words(piece, text, lessons))[: MAX_QUERY_WORDS - count]
        words.extend(found)
        count += len(found)
        end, last = piece.end(), str(piece.lastgroup)
        if count >= MAX_QUERY_WORDS:
            break
    return [*runs, _run(words, lessons)] if words else runs


def is_han(text: str) -> bool:
    """Whether a text holds nothing but characters of scripts that write without spaces."""
    return bool(re.fullmatch(f"[{_HAN}]+", text))


def required(runs: list[Run]) -> list[tuple[Word, ...]]:
    """What a text with every word of a query has, each time one of these words.

    A word that the dictionary does not know falls into single characters, which nearly every
    text has somewhere: it is asked for by their pairs. Particles are left out.
    """
    telling = {word.text for word in meaningful([word for run in runs for word in run.words])}
    found: dict[tuple[Word, ...], None] = {}
    lone: dict[tuple[Word, ...], None] = {}
    for run in runs:
        words = [word if word.text in telling else None for word in run.words]
        for single, group in groupby(words, lambda word: bool(word and word.is_character)):
            telling_words = [word for word in group if word]
            if not single:
                found.update(dict.fromkeys((word,) for word in telling_words))
            elif len(telling_words) == 1:
                lone[tuple(telling_words)] = None
            else:
                found[tuple(_han_word(a.text + b.text) for a, b in pairwise(telling_words))] = None
    if len(found) <= MOST_WORDS_BESIDE_CHARACTERS:
        found.update(lone)
    return list(found)


def subwords(word: Word) -> list[Word]:
    """Shorter words inside a long Chinese one: 运行 and 机制 of 运行机制."""
    if len(word.text) < 4 or not is_han(word.text):
        return []
    found = dict.fromkeys(_dictionary().cut_for_search(word.text))
    return [_han_word(part) for part in found if 2 <= len(part) < len(word.text)]


def meaningful(words: list[Word]) -> list[Word]:
    """The words without particles, or all of them when a query has nothing else."""
    return [word for word in words if not is_particle(word.text)] or words


def is_particle(text: str) -> bool:
    return text in _PARTICLES


def stem(word: str) -> str:
    """One form for checkpoint, checkpoints and checkpointing; other scripts stay as they are."""
    if len(word) < 5 or not (word.isascii() and word.isalpha()):
        return word
    for ending, least in (("ing", 4), ("ed", 4), ("es", 4), ("s", 4)):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            if ending == "s" and word[-2] in "sui":
                break
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "sl" and ending in ("ing", "ed"):
                word = word[:-1]
            break
    return word.removesuffix("e") if len(word) > 4 else word


def _pairs(run: str) -> list[str]:
    """Each character with its neighbour, the last one alone: positions are those of characters."""
    return [a + b for a, b in pairwise(run)] + [run[-1]]


def _spellable(term: str) -> Iterator[str]:
    """A term and its components, as far as they are long enough to be mistyped."""
    for part in {term, *_JOINTS.split(term)}:
        if 3 <= len(part) <= MAX_SPELLED_CHARACTERS and not part.isdigit():
            yield part


def _straddling(words: list[str]) -> Iterator[str]:
    """Pairs that are words of the dictionary, but lie across a border of words in this text."""
    dictionary = _dictionary()
    for left, right in pairwise(words):
        if len(left) > 1 or len(right) > 1:
            pair = left[-1] + right[0]
            if dictionary.has_word(pair):
                yield pair


def _parts(original: str, folded: str) -> list[str]:
    """By what else a Latin word or code term is found: its components, humps and stem."""
    found: dict[str, None] = {}
    tail = folded.rstrip("+#")
    components = [part for part in _JOINTS.split(tail) if part]
    if components and tail != folded:
        components[-1] += folded[len(tail) :]
    if len(components) > 1 or folded.startswith("."):
        found.update(dict.fromkeys(components))
    if "." in tail.strip("."):
        found["." + components[-1]] = None
    if original.isascii() and _MIXED_CASE.search(original):
        humps = [hump.lower() for hump in _HUMPS.findall(original)]
        found.update(dict.fromkeys(hump for hump in humps if len(hump) > 1))
    for word in [folded, *found]:
        if numbered := _NUMBERED.match(word):
            found.update(dict.fromkeys(numbered.groups()))
    for word in [folded, *found]:
        found[stem(word)] = None
    found.pop(folded, None)
    return [part[:MAX_TOKEN_CHARACTERS] for part in found][:16]


def _words(piece: re.Match[str], text: str, lessons: Lessons | None) -> Iterator[Word]:
    if piece.lastgroup == "han":
        for part, is_word in lessons.cut(piece[0]) if lessons else [(piece[0], False)]:
            yield from map(_han_word, [part] if is_word else _dictionary().cut(part))
    else:
        yield _term(text[piece.start() : piece.end()], piece[0])


def _han_word(word: str) -> Word:
    return Word(word, tuple(_pairs(word)[:-1]) if len(word) > 1 else (word,))


def _term(original: str, folded: str) -> Word:
    whole = folded[:MAX_TOKEN_CHARACTERS]
    is_code = bool(
        _SYMBOL.search(folded) or _LETTER_AND_DIGIT.search(folded) or _MIXED_CASE.search(original)
    )
    variants: list[tuple[str, ...]] = []
    if "-" in folded and not folded.endswith(("+", "#")):
        variants.append(tuple(part for part in folded.split("-") if part))
    if numbered := _NUMBERED.match(folded):
        variants.append(numbered.groups())
    if stem(whole) != whole:
        variants.append((stem(whole),))
    return Word(folded, (whole,), tuple(variants), is_code)


def _run(words: list[Word], lessons: Lessons | None = None) -> Run:
    """Words written together, which the index has as these tokens."""
    return Run(tuple(lessons.widened(words) if lessons else words), tokens_of(words))


def tokens_of(words: list[Word]) -> tuple[str, ...]:
    """The tokens of words written together: as the index has them, but for the open end."""
    tokens: list[str] = []
    for han, group in _grouped(words):
        if han:
            tokens.extend(_pairs("".join(word.text for word in group)))
        else:
            tokens.extend(word.tokens[0] for word in group)
    last = words[-1]
    if _is_han(last) and len(tokens) > 1 and len(tokens[-2]) == 2 and tokens[-2][1] == tokens[-1]:
        tokens.pop()
    return tuple(tokens)


def _grouped(words: list[Word]) -> Iterator[tuple[bool, list[Word]]]:
    group: list[Word] = []
    for word in words:
        if group and _is_han(word) != _is_han(group[-1]):
            yield _is_han(group[-1]), group
            group = []
        group.append(word)
    yield _is_han(group[-1]), group


def _is_han(word: Word) -> bool:
    return bool(re.match(f"[{_HAN}]", word.text))


def _joined(gap: str, before: str, after: str) -> bool:
    """Whether two pieces are one run: adjacent, or parted by the space that typography sets."""
    return gap == "" or (gap in (" ", "/") and not before == after == "han")


@cache
def _dictionary() -> ModuleType:
    # Loaded with the first text, not with the site: its dictionary takes a tenth of a second.
    import rjieba

    return rjieba
