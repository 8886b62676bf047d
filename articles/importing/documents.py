"""One Markdown file read: its facts and its text, as far as the file alone can tell."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from articles.models import Article
from content.models.addresses import SLUG_MAX_LENGTH, validate_slug
from content.plain import opening
from content.rendering.cleaning import clean
from content.tagging import MAX_LENGTH as TAG_MAX_LENGTH
from content.tagging import parse_tags

from . import front_matter
from .front_matter import first_value, is_false, is_true, moment, names, words
from .layout import FoundHeading, Layout
from .report import Warned
from .sources import FileRefused

NAME_MAX_LENGTH = 60  # of a column and of an author
TITLE_MAX_LENGTH = 150
SUMMARY_MAX_LENGTH = 300
INDEX_NAMES = ("readme", "index", "_index")
_DATES = ("date", "pubdate", "publishdate", "published", "created", "updated", "lastmod")
_JEKYLL_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})-(.+)")
# Of non-ASCII characters: Chinese in GBK scores near 1, broken UTF-8 read as GBK near one half.
_PLAUSIBLE = 0.85


@dataclass
class Document:
    """What one file says. An empty value means that the file does not say it."""

    path: str
    sha256: str
    title: str = ""
    body: str = ""
    excerpt: str = ""
    date: datetime | None = None
    category: str = ""
    tags: list[str] = field(default_factory=list)
    summary: str = ""
    author: str = ""
    slug: str = ""
    cover: str = ""
    is_draft: bool = False
    reprint: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[Warned, str]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return Article.Kind.REPRINT.value if self.reprint else Article.Kind.ARTICLE.value


def read_document(path: str, data: bytes) -> Document:
    """The document in `data`; raises `FileRefused` with a sentence."""
    document = Document(path, hashlib.sha256(data).hexdigest())
    text = _decoded(data, document)
    facts, body = front_matter.split(clean(text.replace("\r\n", "\n").replace("\r", "\n")))
    document.body = body.strip("\n")
    _take_facts(document, facts)
    _take_date(document, facts)
    _take_reprint(document, facts)
    _take_title(document, facts)
    _take_excerpt(document)
    return document


def _decoded(data: bytes, document: Document) -> str:
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused(_("The file is not text."))
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        if encoding == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if encoding == "gb18030" and not _is_plausible(text):
            continue
        if encoding != "utf-8-sig":
            document.notes.append((Warned.OTHER_ENCODING, encoding.upper()))
        return text
    raise FileRefused(_("The file is neither UTF-8 nor GB18030 text."))


def _is_plausible(text: str) -> bool:
    """Whether a text read as GB18030 is Chinese, rather than something else misread."""
    wide = [character for character in text if ord(character) > 127]
    common = sum(bool(character.encode("gb2312", "ignore")) for character in wide)
    return common >= len(wide) * _PLAUSIBLE


def _first(found: Iterable[Any], default: Any = None) -> Any:
    return next(iter(found), default)


def _take_facts(document: Document, facts: dict[str, Any]) -> None:
    document.category = _leaf(_first(first_value(facts, ("category", "categories"))))
    tags: dict[str, str] = {}
    for value in first_value(facts, ("tags", "tag")):
        for name in names(value):
            for tag in parse_tags(name):
                tags.setdefault(tag[:TAG_MAX_LENGTH].casefold(), tag[:TAG_MAX_LENGTH].strip())
    document.tags = list(tags.values())
    summary = words(_first(first_value(facts, ("description", "summary", "excerpt"))))
    document.summary = opening(summary, SUMMARY_MAX_LENGTH - 1)
    authors = names(_first(first_value(facts, ("author", "authors"))))
    document.author = _first(authors, "")[:NAME_MAX_LENGTH].strip()
    document.slug = _slug(facts)
    cover = _first(first_value(facts, ("cover", "image", "thumbnail")))
    if isinstance(cover, dict):  # Hugo's themes
        cover = _first(first_value(cover, ("image", "src", "url", "path")))
    document.cover = words(cover)
    in_drafts = "_drafts" in PurePosixPath(document.path).parts[:-1]
    document.is_draft = in_drafts or is_true(facts.get("draft")) or is_false(facts.get("published"))


def _leaf(value: Any) -> str:
    """The innermost of Hexo's categories: of `[A, B]` and of `[[A, B], [C]]` it is B."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    found = names(value)
    return found[-1][:NAME_MAX_LENGTH].strip() if found else ""


def _slug(facts: dict[str, Any]) -> str:
    for value in first_value(facts, ("slug", "permalink", "url")):
        last = words(value).rstrip("/").rpartition("/")[2].lower().removesuffix(".html")
        try:
            validate_slug(last)
        except ValidationError:
            continue
        if len(last) <= SLUG_MAX_LENGTH:
            return last
    return ""


def _take_date(document: Document, facts: dict[str, Any]) -> None:
    """The first readable date of the facts, else that of a file name of Jekyll's."""
    for value in first_value(facts, _DATES):
        if isinstance(value, bool):
            continue
        document.date = moment(value)
        if document.date:
            return
        document.notes.append((Warned.UNREAD_DATE, words(value)[:60]))
    named = _JEKYLL_NAME.fullmatch(PurePosixPath(document.path).stem)
    if named:
        document.date = moment(named[1])


def _take_reprint(document: Document, facts: dict[str, Any]) -> None:
    reprint = facts.get("reprint")
    if reprint in (None, False, ""):
        return
    if not isinstance(reprint, dict):
        raise FileRefused(_("“reprint” must name author, source_url and ground."))
    keys = ("author", "source_url", "ground")
    document.reprint = {key: words(reprint.get(key)) for key in keys}


def _take_title(document: Document, facts: dict[str, Any]) -> None:
    """The title of the facts, else the first heading, else the name of file or folder.

    The page shows the title as its heading, so the text does not repeat it.
    """
    title = words(facts.get("title"))
    heading = Layout(document.body).first_heading()
    if heading and not title:
        title = heading.text
        # A heading further down still divides the text.
        if heading.level == 1 or heading.is_first:
            _cut(document, heading)
    elif heading and heading.is_first and heading.text == title:
        _cut(document, heading)
    title = title or words(_name(document.path))
    if len(title) > TITLE_MAX_LENGTH:
        document.notes.append((Warned.CUT_TITLE, title[:60] + "…"))
        title = title[: TITLE_MAX_LENGTH - 1].rstrip() + "…"
    document.title = title


def _cut(document: Document, heading: FoundHeading) -> None:
    before, after = document.body[: heading.start], document.body[heading.end :]
    document.body = (before + after.lstrip("\n")).strip("\n")


def _name(path: str) -> str:
    file = PurePosixPath(path)
    if file.stem.lower() in INDEX_NAMES and file.parent.name:
        return file.parent.name
    named = _JEKYLL_NAME.fullmatch(file.stem)
    return named[2].replace("-", " ") if named else file.stem


def _take_excerpt(document: Document) -> None:
    if "more" not in document.body.lower():
        return
    place = Layout(document.body).excerpt_end()
    if place:
        document.excerpt = "" if document.summary else document.body[: place[0]]
        document.body = document.body[: place[0]] + document.body[place[1] :]
