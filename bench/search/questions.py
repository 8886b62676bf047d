"""Queries and what answers them: made of a folder's own texts, or judged by hand."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rjieba
import yaml

from bench.search.metrics import Grades
from bench.search.sections import Section
from search.folding import fold

JUDGED = Path(__file__).with_name("judged.yaml")
KINDS = ("one word", "two words", "question", "mixed", "code term", "typo")
_SENTENCE = re.compile(r"(?:^|(?<=[。！？]))[^。！？\n]{15,60}[。！？]", re.MULTILINE)
_HAN = re.compile("[\u4e00-\u9fff]{2,6}")
_LATIN = re.compile(r"(?<![\w.])[A-Za-z][A-Za-z0-9_]{2,30}(?!\w)", re.ASCII)
# A keyword that stands in more texts asks for nothing in particular.
_MOST_TEXTS = 10


@dataclass(frozen=True)
class Asked:
    """One query, its kind, and the documents that answer it."""

    kind: str
    query: str
    grades: Grades


def headings(sections: Sequence[Section]) -> list[Asked]:
    """A heading asks for its section; one that several have, for any of them."""
    owners: dict[str, list[str]] = defaultdict(list)
    for section in sections:
        if len(section.heading) > 3:
            owners[section.heading].append(section.name)
    return [Asked("heading", text, dict.fromkeys(names, 1)) for text, names in owners.items()]


def sentences(sections: Sequence[Section], number: int, seed: int = 1) -> list[Asked]:
    """A whole sentence asks for the passage that it stands in."""
    texts = [sentence for section in sections for sentence in _SENTENCE.findall(section.text)]
    chosen = _chosen(texts, number, seed)
    return [Asked("sentence", text, _having(text, sections)) for text in chosen]


def keywords(sections: Sequence[Section], number: int, seed: int = 1) -> list[Asked]:
    """A rare word, Chinese or Latin, asks for every text that it stands in as typed."""
    counts: dict[str, int] = defaultdict(int)
    for section in sections:
        words = {word for word in rjieba.cut(section.text, False) if _HAN.fullmatch(word)}
        for word in words | set(_LATIN.findall(section.text)):
            counts[word] += 1
    rare = sorted(word for word, count in counts.items() if count <= _MOST_TEXTS)
    found = [
        Asked("keyword", word, _having(word, sections)) for word in _chosen(rare, number, seed)
    ]
    return [each for each in found if len(each.grades) <= _MOST_TEXTS]


def judged(sections: Iterable[Section], path: Path = JUDGED) -> list[Asked]:
    """Our own queries as visitors type them; ValueError for what is judged and not there."""
    known = {section.name for section in sections}
    found = []
    for kind, queries in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        if kind not in KINDS:
            raise ValueError(f"There is no kind of query {kind!r}.")
        for query, answers in queries.items():
            grades = {name: grade for grade, names in answers.items() for name in names}
            if gone := sorted(grades.keys() - known):
                raise ValueError(f"{query}: nothing is called {', '.join(gone)}.")
            found.append(Asked(kind, str(query), grades))
    return found


def drawn(asked: Sequence[Asked], number: int, seed: int = 1) -> list[Asked]:
    """So many of these, always the same ones."""
    return random.Random(seed).sample(asked, min(number, len(asked)))  # noqa: S311 - no secret


def _chosen(texts: Iterable[str], number: int, seed: int) -> list[str]:
    unique = list(dict.fromkeys(texts))
    return random.Random(seed).sample(unique, min(number, len(unique)))  # noqa: S311 - no secret


def _having(text: str, sections: Sequence[Section]) -> dict[str, int]:
    """The texts with this in them; a Latin word not as a part of a longer one."""
    bound = r"(?<![a-z0-9_]){}(?![a-z0-9_])" if _LATIN.fullmatch(text) else "{}"
    wanted = re.compile(bound.format(re.escape(fold(text))))
    return {section.name: 1 for section in sections if wanted.search(_folded(section.text))}


@cache
def _folded(text: str) -> str:
    return fold(text)
