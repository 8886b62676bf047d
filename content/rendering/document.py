"""From Markdown source to all that is kept of it: HTML, headings, reading text, pictures."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from .cleaning import clean
from .parser import parser
from .reading import read
from .sanitizing import sanitize

# Stored beside the HTML; raise it when the same source gives other HTML.
VERSION = 2


class RenderingRefused(Exception):
    """The text is not rendered; the message is a sentence for its author."""


@dataclass(frozen=True)
class Heading:
    """One line of the table of contents."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """What is made of one source.

    `text` is for search: no markup, code included, blocks on lines of their own.
    `pictures` are the file names below `/pictures/` that are shown or linked.
    """

    html: str
    headings: tuple[Heading, ...]
    text: str
    pictures: frozenset[str]


def render(source: str) -> Rendered:
    """Render without limits of size or time. Raises nothing but `RenderingRefused`."""
    env: dict = {}
    try:
        markup = parser().render(clean(source), env)
    except RecursionError as error:
        # Lazy: the helper process, where this is raised, has no settings.
        raise RenderingRefused(_("The text is nested too deeply to be shown.")) from error
    # Last: what leaves the sanitizer is final, nothing edits it afterwards.
    html = sanitize(markup)
    text, pictures = read(html)
    headings = tuple(Heading(*heading) for heading in env.get("headings", ()))
    return Rendered(html=html, headings=headings, text=text, pictures=pictures)
