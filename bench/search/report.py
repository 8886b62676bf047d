"""The runs of the bench, one after the other, printed as tables of Markdown."""

import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from bench.search import questions, tables
from bench.search.contenders import Contender, Ours
from bench.search.measuring import ask_all, build_rate, taking_suggestions, until_visible
from bench.search.peers import PlainMatch, WhooshJieba
from bench.search.questions import Asked
from bench.search.saving import saving
from bench.search.sections import Section, read_folder, read_packages
from bench.search.variations import documents

# Whoosh writes some hundred documents a second: beyond this only when asked for.
WHOOSH_UP_TO = 10_000
_OF_EACH_KIND_AT_SCALE = 200


class Bench:
    """Everything that is measured has its files in `folder`, and its server at `url`, if any."""

    def __init__(self, folder: Path, url: str, source: Path, demo: Path, queries: int) -> None:
        self._folder, self._url, self._demo, self._queries = folder, url, demo, queries
        self._sections = read_folder(source)

    def say_where(self) -> None:
        """The day, the machine, and how busy it is."""
        load, python = os.getloadavg()[0], platform.python_version()
        _print(f"{date.today()}, {os.cpu_count()} cores, load {load:.1f}, Python {python}")

    def ranking(self) -> None:
        """A folder's headings, sentences and rare words; its sections without headings."""
        untitled = [replace(section, page="", heading="") for section in self._sections]
        with self._contenders() as contenders:
            self._build(contenders, untitled)
            table = ask_all(contenders, self._asked(self._queries))
        _print(f"### {len(untitled):,} sections of a folder, their headings removed")
        _print(tables.ranking(table))

    def judged(self) -> None:
        """Our own queries, on the sections of the demo content and its packages."""
        sections = read_folder(self._demo / "articles") + read_packages(self._demo / "packages")
        with self._contenders() as contenders:
            self._build(contenders, sections)
            asked = questions.judged(sections)
            table = ask_all(contenders, asked)
            table |= taking_suggestions(contenders, [e for e in asked if e.kind == "typo"])
        _print(f"### Judged queries on {len(sections)} sections and packages of the demo content")
        _print(tables.ranking(table))

    def saving(self) -> None:
        """How much longer an author waits because there is search."""
        longest = max(self._sections, key=lambda section: len(section.text))
        _print(f"### Saving an article of {len(longest.text):,} characters")
        _print(tables.saves(saving(longest, self._url)))

    def at_scale(self, size: int, *, whoosh: bool) -> None:
        """So many documents: how fast they are written, found, and found after a save."""
        made = list(documents(self._sections, size))
        with self._contenders(whoosh=whoosh) as contenders:
            rates = {}
            for contender in contenders:
                _say(f"{contender.name}: {size:,} documents")
                rates[contender.name] = build_rate(contender, made)
            table = ask_all(contenders, self._asked(_OF_EACH_KIND_AT_SCALE))
            visible = {each.name: until_visible(each) for each in contenders if rates[each.name]}
        _print(f"### {size:,} documents, varied from {len(self._sections):,} sections")
        _print(tables.times(table))
        _print(tables.writing(rates, visible))

    def _asked(self, number: int) -> list[Asked]:
        return [
            *questions.drawn(questions.headings(self._sections), number),
            *questions.sentences(self._sections, number),
            *questions.keywords(self._sections, number),
        ]

    def _build(self, contenders: Sequence[Contender], sections: Sequence[Section]) -> None:
        for contender in contenders:
            _say(f"{contender.name}: {len(sections):,} documents")
            contender.build(sections)

    @contextmanager
    def _contenders(self, *, whoosh: bool = True) -> Iterator[list[Contender]]:
        home = self._folder / str(time.monotonic_ns())
        found: list[Contender] = [Ours.sqlite(home / "search.sqlite3")]
        if self._url:
            found += [Ours.elasticsearch(self._url), PlainMatch(self._url)]
        if whoosh:
            every = WhooshJieba(home / "whoosh")
            found += [every, WhooshJieba(home / "whoosh", any_word=True, of=every)]
        try:
            yield found
        finally:
            for contender in found:
                contender.close()


def _print(text: str) -> None:
    print(text, end="\n\n", flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
