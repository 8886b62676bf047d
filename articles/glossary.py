"""The glossary as articles and its own page show it: from memory while nobody changes it."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from content import stamps
from content.slugs import slugify

from .marking import Entry, Glossary, mark
from .models import Term

_kept: tuple[str, Glossary] = ("", Glossary())


def present(stamp: str) -> Glossary:
    """The terms that articles mark, under this stamp of `stamps.GLOSSARY`."""
    global _kept
    kept = _kept
    if not stamp or kept[0] != stamp:
        kept = _kept = (stamp, Glossary(map(_entry, Term.objects.filter(is_marked=True))))
    return kept[1]


def mark_terms(html: str, present_stamps: Mapping[str, str]) -> str:
    """`html` of an article with each term marked where it is first used."""
    return mark(html, present(present_stamps.get(stamps.GLOSSARY, "")), _show)


def _entry(term: Term) -> Entry:
    return Entry(
        names=tuple(term.names),
        anchor=term.anchor,
        address=term.get_absolute_url(),
        explanation=term.explanation,
    )


def _show(text: str, entry: Entry) -> str:
    context = {"text": text, "entry": entry, "name": entry.names[0]}
    # Inside a line of text, where a space of the template would be seen.
    return render_to_string("components/term.html", context).strip()


def groups() -> list[dict[str, Any]]:
    """All terms under the letter that they begin with, Chinese ones under their pinyin.

    Each is `initial` ("#" for what begins with no letter) and `terms`.
    """
    spelled = [(slugify(term.name), term) for term in Term.objects.all()]
    by_initial: dict[str, list[Term]] = {}
    for spelling, term in sorted(spelled, key=lambda pair: (pair[0], pair[1].pk)):
        initial = spelling[:1].upper()
        by_initial.setdefault(initial if initial.isalpha() else "#", []).append(term)
    return [
        {"initial": initial, "terms": terms}
        for initial, terms in sorted(by_initial.items(), key=lambda item: (item[0] == "#", item[0]))
    ]
