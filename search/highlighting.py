"""Mark a reader's words in a text, and choose the passage to show: the only maker of <mark>.

The text is searched folded and shown verbatim; folding keeps every character in its place.
Escape first, then mark: nothing of the text or the query reaches the page unescaped.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.folding import fold
from search.indexes import query_limit
from search.segmentation import Lessons, Word, is_han, meaningful, read, stem, subwords

# Of a long text; the passage is nearly always early, and a page has ten texts to read.
MAX_SCANNED_CHARACTERS = 20_000
_MAX_MATCHES = 300
_SENTENCE_END = re.compile(r"(?:[。！？；…]|[.!?;](?=\s))+[”’」』）)\"']*\s*|\n+")
_CLAUSE_END = re.compile(r"[，、：—,:|]+[”’」』）)\"']*\s*|\s+")
_INSIDE_WORD = re.compile(r"[a-zA-Z0-9_]{2}")
# What a passage is worth for each different word in it, and for a whole run of the query.
_WORD_WORTH, _RUN_WORTH = 1, 50
# Of the length asked for: a passage that whole sentences make shorter is filled with a part of
# the next; so much may stand before the match in a sentence that is cut.
_SHORT, _LEAD = 0.4, 0.45
Match = tuple[int, int, str]


def excerpt(text: str, query: str, length: int = 160) -> SafeString:
    """The passage with most of the query's words, as it stands in the text, words marked."""
    return _marker(query[: query_limit()]).excerpt(text, length)


def mark(text: str, query: str) -> SafeString:
    """The whole text, the query's words marked: for titles."""
    return _marker(query[: query_limit()]).mark(text)


class Marker:
    """The words of one query, for marking them in many texts; with what counts as them."""

    def __init__(self, query: str, lessons: Lessons | None = None) -> None:
        self._words = _pattern(query[: query_limit()], lessons)

    def mark(self, text: str) -> SafeString:
        """The whole text, the words marked: for titles."""
        found = self._matches(text[:MAX_SCANNED_CHARACTERS])
        return mark_safe(_marked(text, [(a, b) for a, b, _ in found]))  # noqa: S308 - escaped there

    def excerpt(self, text: str, length: int = 160) -> SafeString:
        """The passage with most of the words: whole sentences, verbatim, words marked.

        A sentence too long for it is cut where one of its clauses ends, with an ellipsis.
        """
        text = text[:MAX_SCANNED_CHARACTERS]
        found = self._matches(text)
        start, end = _passage(text, found, length)
        before = "…" if text[:start].strip() else ""
        after = "…" if text[end:].strip() else ""
        inside = [(a - start, b - start) for a, b, _ in found if start <= a and b <= end]
        passage = text[start:end].rstrip()
        return mark_safe(before + _marked(passage, inside) + after)  # noqa: S308 - escaped there

    def worth(self, text: str) -> int:
        """How much of the query a text has: each word once, a whole run more than all words."""
        return _worth(word for _, _, word in self._matches(text[:MAX_SCANNED_CHARACTERS]))

    def best_line(self, lines: Sequence[str]) -> tuple[int, str]:
        """The line that has most of the query, the shortest of equals, and what it is worth."""
        text = "\n".join(lines)
        ends = list(accumulate(len(line) + 1 for line in lines))
        words: dict[int, list[str]] = {}
        for start, _, word in self._matches(text):
            words.setdefault(bisect_right(ends, start), []).append(word)
        ranked = [(_worth(found), -len(lines[place]), place) for place, found in words.items()]
        worth, _, place = max(ranked, default=(0, 0, -1))
        return (worth, lines[place]) if worth else (0, "")

    def _matches(self, text: str) -> list[Match]:
        """Where the words of the query stand: start, end, and the word; "" for a whole run."""
        found: list[Match] = []
        if self._words is None:
            return found
        for match in self._words.finditer(fold(text)):
            found.append((match.start(), match.end(), "" if match.lastgroup else match[0]))
            if len(found) == _MAX_MATCHES:
                break
        return found


@lru_cache(maxsize=256)
def _marker(query: str) -> Marker:
    return Marker(query)


def _worth(words: Iterable[str]) -> int:
    return sum(_WORD_WORTH if word else _RUN_WORTH for word in set(words))


def _marked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, position = [], 0
    for start, end in spans:
        if start < position or end > len(text):
            continue
        pieces += [escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>"]
        position = end
    return "".join([*pieces, escape(text[position:])])


def _pattern(query: str, lessons: Lessons | None) -> re.Pattern[str] | None:
    """Whole runs before words, longer ones before shorter; ends of words where Latin has them."""
    runs = read(query, lessons)
    words = [word for run in runs for word in run.words]
    whole = [r"[\s/]?".join(_spelled(word) for word in r.words) for r in runs if len(r.words) > 1]
    wanted: dict[str, None] = {}
    asked = meaningful(words)
    asked = [word for word in asked if not word.is_character] or asked
    for word in [*asked, *(part for long in asked for part in subwords(long))]:
        wanted[_bounded(word)] = None
        for variant in word.variants:
            if len(variant) > 1 or lessons is not None:
                wanted[_spoken(variant)] = None
    parts = sorted(wanted, key=len, reverse=True)
    if whole:
        parts.insert(0, f"(?P<run>{'|'.join(sorted(whole, key=len, reverse=True))})")
    return re.compile("|".join(parts)) if parts else None


def _spelled(word: Word) -> str:
    return re.escape(word.text)


def _spoken(tokens: Sequence[str]) -> str:
    """Another spelling of a word as a text has it: pairs of Han characters overlap."""
    joined, last = "", ""
    for token in tokens:
        if last and len(last) == len(token) == 2 and last[1] == token[0] and is_han(last + token):
            joined += re.escape(token[1])
        else:
            joined += (r"[\s\-]?" if last else "") + re.escape(token)
        last = token
    begin = r"(?<![a-z0-9])" if tokens[0][0].isascii() and tokens[0][0].isalnum() else ""
    return begin + joined


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


def _passage(text: str, found: list[Match], length: int) -> tuple[int, int]:
    """From where to where: whole sentences around the best matches, a long one cut at a clause."""
    first = _best(found, length)
    anchor, reach = found[first][:2] if found else (0, 0)
    borders = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    start = borders[max(bisect_right(borders, anchor) - 1, 0)]
    if reach - start > length:
        start = _cut_before(text, anchor, max(anchor - int(length * _LEAD), start))
    limit = start + length
    end = borders[bisect_right(borders, limit) - 1]
    if end < reach or end - start < length * _SHORT:
        # The next sentence does not fit: as much of it as there is room for.
        end = _cut_after(text, max(end, reach, start), limit)
    end = min(max(end, reach), len(text))
    earlier = bisect_left(borders, start) - 1
    while end - start < length * _SHORT and earlier >= 0 and end - borders[earlier] <= length:
        start, earlier = borders[earlier], earlier - 1
    return start, end


def _cut_before(text: str, anchor: int, earliest: int) -> int:
    """Where a clause begins, as early as allowed; else not within a word."""
    for match in _CLAUSE_END.finditer(text, earliest, anchor):
        if match.end() > earliest:
            return match.end()
    return _outside_word(text, earliest, 1, anchor)


def _cut_after(text: str, least: int, limit: int) -> int:
    """Where a clause ends, as late as allowed; else not within a word."""
    if limit >= len(text):
        return len(text)
    ends = [match.start() for match in _CLAUSE_END.finditer(text, least, limit)]
    if ends and ends[-1] > least:
        return ends[-1]
    return _outside_word(text, limit, -1, least)


def _outside_word(text: str, place: int, step: int, stop: int) -> int:
    """The nearest place, by steps, that does not part a Latin word; `stop` is the last one."""
    for at in range(place, stop, step):
        if not (0 < at < len(text) and _INSIDE_WORD.fullmatch(text[at - 1 : at + 1])):
            return at
    return place


def _best(found: list[Match], length: int) -> int:
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
