"""Mark a reader's words in a text, and choose the passage to show: the only maker of <mark>.

The text is searched folded and shown verbatim; folding keeps every character in its place.
Escape first, then mark: nothing of the text or the query reaches the page unescaped.
"""

import re
from bisect import bisect_left
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.folding import fold
from search.indexes import query_limit
from search.segmentation import Word, meaningful, read, stem, subwords

# Of a long text; the passage is nearly always early, and a page has ten texts to read.
MAX_SCANNED_CHARACTERS = 20_000
_MAX_MATCHES = 300
_SENTENCE_END = re.compile(r"(?:[。！？；…]|[.!?;](?=\s))+[”’」』）)\"']*\s*|\n+")
# What a passage is worth for each different word in it, and for a whole run of the query.
_WORD_WORTH, _RUN_WORTH = 1, 50


def excerpt(text: str, query: str, length: int = 160) -> SafeString:
    """The passage with most of the query's words, as it stands in the text, words marked."""
    text = text[:MAX_SCANNED_CHARACTERS]
    found = _matches(text, query)
    start, end = _passage(text, found, length)
    before = "…" if text[:start].strip() else ""
    after = "…" if text[end:].strip() else ""
    inside = [(a - start, b - start) for a, b, _ in found if start <= a and b <= end]
    passage = text[start:end]
    stripped = passage.rstrip()
    return mark_safe(before + _marked(stripped, inside) + after)  # noqa: S308 - escaped by _marked


def mark(text: str, query: str) -> SafeString:
    """The whole text, the query's words marked: for titles."""
    found = _matches(text[:MAX_SCANNED_CHARACTERS], query)
    return mark_safe(_marked(text, [(a, b) for a, b, _ in found]))  # noqa: S308 - escaped by _marked


def _marked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, position = [], 0
    for start, end in spans:
        if start < position or end > len(text):
            continue
        pieces += [escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>"]
        position = end
    return "".join([*pieces, escape(text[position:])])


def _matches(text: str, query: str) -> list[tuple[int, int, str]]:
    """Where the words of the query stand: start, end, and the word; "" for a whole run."""
    pattern = _pattern(query[: query_limit()])
    if pattern is None:
        return []
    found = []
    for match in pattern.finditer(fold(text)):
        word = "" if match.lastgroup else match[0]
        found.append((match.start(), match.end(), word))
        if len(found) == _MAX_MATCHES:
            break
    return found


@lru_cache(maxsize=256)
def _pattern(query: str) -> re.Pattern[str] | None:
    """Whole runs before words, longer ones before shorter; ends of words where Latin has them."""
    runs = read(query)
    words = [word for run in runs for word in run.words]
    whole = [r"[\s/]?".join(_spelled(word) for word in r.words) for r in runs if len(r.words) > 1]
    wanted: dict[str, None] = {}
    asked = meaningful(words)
    asked = [word for word in asked if not word.is_character] or asked
    for word in [*asked, *(part for long in asked for part in subwords(long))]:
        wanted[_bounded(word)] = None
        for variant in word.variants:
            if len(variant) > 1:
                wanted[r"[\s\-]?".join(re.escape(part) for part in variant)] = None
    parts = sorted(wanted, key=len, reverse=True)
    if whole:
        parts.insert(0, f"(?P<run>{'|'.join(sorted(whole, key=len, reverse=True))})")
    return re.compile("|".join(parts)) if parts else None


def _spelled(word: Word) -> str:
    return re.escape(word.text)


def _bounded(word: Word) -> str:
    """A Latin word between its borders, with the endings of its stem; c is not found in c++."""
    if not word.text[-1:].isascii():
        return re.escape(word.text)
    text = word.text
    if word.text.isalpha() and len(word.text) >= 5:
        inflected = re.escape(stem(text)) + r"[a-z]?(?:e?s|ed?|ing)?"
        return rf"(?<![a-z0-9]){inflected}(?![a-z0-9])|{re.escape(text)}"
    border = r"(?![a-z0-9+#])" if word.text[-1].isalnum() else ""
    begin = r"(?<![a-z0-9])" if word.text[0].isalnum() else ""
    return begin + re.escape(text) + border


def _passage(text: str, found: list[tuple[int, int, str]], length: int) -> tuple[int, int]:
    """From where to where: a window around the best matches, widened to ends of sentences."""
    first = _best(found, length)
    borders = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    anchor = found[first][0] if found else 0
    start = borders[max(bisect_left(borders, anchor + 1) - 1, 0)]
    if found and found[first][1] - start > length:
        # A sentence too long to show from its beginning: some of it before the match.
        start = max(anchor - length // 4, 0)
    whole = [border for border in borders if start < border <= start + length]
    end = whole[-1] if whole and (not found or whole[-1] >= found[first][1]) else start + length
    reach = min(end, len(text))
    if found and reach < found[first][1]:
        reach = min(found[first][1], len(text))
    return start, reach


def _best(found: list[tuple[int, int, str]], length: int) -> int:
    """The match from which on a passage has most different words, a whole run before all."""
    best, best_worth, last, limit = 0, 0, 0, 0
    counts: dict[str, int] = {}
    worth = 0
    for first in range(len(found)):
        while last < len(found) and found[last][1] <= found[first][0] + length:
            word = found[last][2]
            if not counts.get(word):
                worth += _WORD_WORTH if word else _RUN_WORTH
            counts[word] = counts.get(word, 0) + 1
            last += 1
        if worth > best_worth:
            best, best_worth, limit = first, worth, found[first][0] + length
        elif worth == best_worth > 1 and first == best + 1 and found[first][1] <= limit:
            best = first  # nothing lost: the same words closer together
        word = found[first][2]
        if last > first:
            counts[word] -= 1
            if not counts[word]:
                worth -= _WORD_WORTH if word else _RUN_WORTH
        else:
            last = first + 1
    return best
