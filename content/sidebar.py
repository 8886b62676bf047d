"""What stands beside every list and below every text: made once for many pages, drawn for each.

The rows behind it are read once for as long as nothing changes (`Material`). From them a few
draws are made as ready HTML, and each page takes one at random: what is random differs from
page to page without JavaScript too. Each draw carries a pool from which sidebar.js draws
anew at every visit.
"""

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.template.loader import render_to_string
from django.utils import timezone

from . import kinds, stamps
from .keeping import kept
from .models import Column, Command, Content, ContentQuerySet, Verse
from .months import Month, month_counts
from .related import Reference, references
from .tag_counts import TagCount, most_used, sizes, tag_counts

HUES = 8  # the colours of tags, tag-cloud__tag--hue-1 and so on in components.css
TAGS = 30
MONTHS = 12
RECOMMENDED = 5
AROUND = 5
_POOL = 20  # what a page carries of each kind, to draw from
_MATERIAL = 100  # what is read of each kind, to make pools from
_DRAWS = 8
_BEST = 40  # more than a page of a list, so that some are left that the list does not show
_NEWEST = 1000  # among which the best are looked for: older ones would make it slow


@dataclass(frozen=True)
class Entry:
    """A link to an article or a package."""

    reference: Reference
    title: str
    url: str
    column: str


@dataclass(frozen=True)
class Material:
    """All that the boxes are drawn from."""

    tags: list[tuple[TagCount, int]]
    months: list[Month]
    commands: list[Command]
    verses: list[Verse]
    around: list[Entry]


@dataclass(frozen=True)
class Draw:
    """The boxes that are the same on every page, as HTML; empty where there is nothing."""

    tags: str
    command: str
    months: str
    around: str
    verse: str


def drawn(present: Mapping[str, str]) -> Draw:
    """One of the draws, at random."""
    number = random.randrange(_DRAWS)  # noqa: S311  what is drawn is no secret
    return kept(
        f"sidebar, draw {number}",
        [stamps.CONTENT, stamps.SITE],
        lambda: _draw(_material(present)),
        present=present,
    )


def recommended(
    present: Mapping[str, str],
    *,
    content: Content | None = None,
    column: Column | None = None,
    shown: Collection[Content] = (),
) -> list[Entry]:
    """What to read next: after `content`, in `column`, or of the whole site.

    Never `content` itself, nor what the page shows already. Where there is too little, it is
    filled up with the best of the group, then of the site.
    """
    hidden = {(type(row), row.pk) for row in shown}
    near: list[Entry] = []
    if content is not None and content.pk is not None:
        hidden.add((type(content), content.pk))
        column = content.column
        near = kept(
            f"entries related to {content._meta.label} {content.pk}",
            [stamps.CONTENT],
            lambda: entries(references(content, present=present)[:RECOMMENDED]),
            present=present,
        )
    elif column is not None:
        near = _best(column, present)
    # All of them, whatever is needed: the number of queries must not depend on the rows.
    group = column.parent if column is not None else None
    wider = [*(_best(group, present) if group else []), *_best(None, present)]
    found = {entry.reference: entry for entry in [*near, *wider] if entry.reference not in hidden}
    return list(found.values())[:RECOMMENDED]


def entries(wanted: Iterable[Reference]) -> list[Entry]:
    """The references that a visitor may see, in that order; one query for each model."""
    wanted = list(wanted)
    found: dict[Reference, Entry] = {}
    for model in dict.fromkeys(model for model, _pk in wanted):
        keys = [pk for its_model, pk in wanted if its_model is model]
        rows: Any = model._default_manager.filter(pk__in=keys).visible()
        for row in rows.select_related("column").only("title", "slug", "column__name"):
            reference = (model, row.pk)
            found[reference] = Entry(reference, row.title, row.get_absolute_url(), row.column.name)
    return [found[reference] for reference in wanted if reference in found]


def _best(column: Column | None, present: Mapping[str, str]) -> list[Entry]:
    """What is read most in a column, in a group or, without one, on the whole site."""
    name = f"best of {column.pk}" if column else "best of the site"
    return kept(name, [stamps.CONTENT], lambda: entries(_most_read(column)), present=present)


def _most_read(column: Column | None) -> list[Reference]:
    """By views for each year of age, so that the old do not stand on top for ever."""
    now = timezone.now()
    ranked: list[tuple[float, int, datetime, Reference]] = []
    for model in kinds.models():
        rows: ContentQuerySet[Any] = model._default_manager.visible()
        if column is not None:
            rows = rows.in_column(column)
        newest = rows.order_by("-published_at", "-pk").values("pk")[:_NEWEST]
        rows = model._default_manager.filter(pk__in=newest)
        rows = rows.order_by("-views", "-minutes", "-published_at", "-pk")
        facts: Any = rows.values_list("pk", "views", "minutes", "published_at")
        for pk, views, minutes, time in facts[:_BEST]:
            years = 1 + (now - time).days / 365
            ranked.append((views / years, minutes, time, (model, pk)))
    ranked.sort(key=lambda entry: entry[:3], reverse=True)
    return [reference for *_worth, reference in ranked[:_BEST]]


def _material(present: Mapping[str, str]) -> Material:
    return kept(
        "sidebar, material",
        [stamps.CONTENT, stamps.SITE],
        lambda: Material(
            tags=sizes(most_used(tag_counts(present), TAGS)),
            months=month_counts(present)[:MONTHS],
            commands=_any_of(Command),
            verses=_any_of(Verse),
            around=_around(),
        ),
        present=present,
    )


def _any_of(model: type[Model]) -> list[Any]:
    return list(model._default_manager.order_by("?")[:_MATERIAL])


def _around() -> list[Entry]:
    keys: list[Reference] = []
    for model in kinds.models():
        visible = model._default_manager.visible().order_by()
        keys += [(model, pk) for pk in visible.values_list("pk", flat=True)]
    return entries(_some(keys, _MATERIAL))


def _draw(material: Material) -> Draw:
    def box(name: str, **context: Any) -> str:
        return str(render_to_string(f"components/sidebar_{name}.html", context))

    around = _some(material.around, _POOL)
    return Draw(
        tags=box("tags", tags=coloured(material.tags)),
        command=box("command", commands=_some(material.commands, _POOL)),
        months=box("months", months=material.months),
        around=box("around", entries=around[:AROUND], pool=around[AROUND:]),
        verse=box("verse", verses=_some(material.verses, _POOL)),
    )


def coloured(tags: Iterable[tuple[TagCount, int]]) -> list[dict[str, Any]]:
    """Tags with size and a colour at random; neighbours have different ones."""
    found: list[dict[str, Any]] = []
    hue = 0
    for tag, size in tags:
        hue = random.choice([each for each in range(1, HUES + 1) if each != hue])  # noqa: S311
        found.append({"tag": tag, "size": size, "hue": hue})
    return found


def _some(rows: Collection[Any], number: int) -> list[Any]:
    """At most so many of the rows, in an order of chance."""
    return random.sample(list(rows), min(number, len(rows)))
