"""The sections of a folder of Markdown, and packages with their files, as plain documents."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t#]*$")
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_TAG = re.compile(r"</?[a-zA-Z][^>\n]*>|<!--.*?-->", re.DOTALL)
_MARKS = re.compile(
    r"^ {0,3}>[ \t]?|^ {0,3}#{1,6}[ \t]|\*\*|__|`+|^\s*(?:[-*+]|\d+\.)[ \t]+|^[|:\- ]+$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Section:
    """One document of the bench. `page` is the title of the text that it is a section of."""

    name: str
    page: str
    heading: str
    text: str
    files: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.page} · {self.heading}" if self.heading else self.page


def read_folder(folder: Path) -> list[Section]:
    """All sections of all Markdown files below, in order of paths; empty ones are left out."""
    found: list[Section] = []
    for path in sorted(folder.rglob("*.md")):
        source = path.read_text(encoding="utf-8", errors="replace")
        found += split(source, str(path.relative_to(folder).with_suffix("")))
    return found


def split(source: str, name: str) -> list[Section]:
    """The sections of one Markdown text, each named by its text and heading."""
    front, source = _front_matter(source)
    slug = str(front.get("slug") or name)
    found: list[Section] = []
    page, seen = str(front.get("title") or ""), dict[str, int]()
    for heading, lines in _parts(source):
        text = plain("\n".join(lines))
        if not page:
            page = heading
        shown = "" if heading == page else heading
        if not text:
            continue
        seen[shown] = seen.get(shown, 0) + 1
        number = f" ({seen[shown]})" if seen[shown] > 1 else ""
        name_of = f"{slug}#{shown}{number}" if shown or number else slug
        found.append(Section(name_of, page, shown, text))
    return found


def read_packages(folder: Path) -> list[Section]:
    """Each package one document: its description and the names of its files."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        facts = yaml.safe_load(path.read_text(encoding="utf-8"))
        root = path.with_suffix("")
        files = tuple(
            str(file.relative_to(root)) for file in sorted(root.rglob("*")) if file.is_file()
        )
        section = Section(str(facts["slug"]), str(facts["title"]), "", plain(facts["description"]))
        found.append(replace(section, files=files))
    return found


def plain(source: str) -> str:
    """The words of a Markdown text, code included, without marks."""
    text = _TAG.sub(" ", _LINK.sub(r"\1", source))
    text = _MARKS.sub("", text)
    return re.sub(r"\n{2,}", "\n", text).strip()


def _front_matter(source: str) -> tuple[dict[str, object], str]:
    source = source.removeprefix("\ufeff").replace("\r\n", "\n")
    if not (match := _FRONT.match(source)):
        return {}, source
    try:
        front = yaml.safe_load(match[1])
    except yaml.YAMLError:
        front = None
    return front if isinstance(front, dict) else {}, source[match.end() :]


def _parts(source: str) -> Iterator[tuple[str, list[str]]]:
    """Headings and the lines below them; what looks like one inside of code is code."""
    heading, lines, fence = "", list[str](), ""
    for line in source.splitlines():
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
            continue
        if not fence and (match := _HEADING.match(line)):
            yield heading, lines
            heading, lines = plain(match[2]), []
        else:
            lines.append(line)
    yield heading, lines
