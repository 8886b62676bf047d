"""Descriptions of pictures, for readers who cannot see them: which a text lacks, and the asking."""

import re

from django.utils.translation import gettext, ngettext

# As rendering.pictures writes it and the sanitizer leaves it.
_WITHOUT = re.compile(r'<img src="/pictures/[^"]+" alt=""')


def warning(html: str) -> str:
    """A sentence about the pictures in the renderer's `html` that say nothing; else empty."""
    count = len(_WITHOUT.findall(html))
    if not count:
        return ""
    return ngettext(
        "%(count)d picture in the text has no description.",
        "%(count)d pictures in the text have no description.",
        count,
    ) % {"count": count}


def question() -> dict[str, str]:
    """What the form asks a writer about a picture that was just uploaded."""
    return {
        "title": gettext("What does the picture show?"),
        "description": gettext("Description"),
        "help": gettext("What the picture shows, for readers who cannot see it."),
        "caption": gettext("Caption, shown below the picture (may be empty)"),
        "put": gettext("Put it into the text"),
        "keep": gettext("Keep the description"),
        "kept": gettext("The description is kept."),
        "skip": gettext("Not now"),
    }
