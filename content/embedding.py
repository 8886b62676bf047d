"""A link to content of this site that stands alone on its line becomes the card of that content.

Only what a visitor may see becomes a card; for the rest the link stays as its author wrote it.
A card shows no text of its content, so cards do not hold cards.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string

from . import kinds, markup
from .models import Content, OldAddress

# Each costs its rendering; a text that is a list of links is better off as one.
MAX_CARDS = 20
_PATH = re.compile(r"/([a-z]+)/([a-z0-9][a-z0-9_-]*)/?")
_HREF = re.compile(r'\shref="([^"]*)"')

Address = tuple[str, str]  # area and slug


@dataclass(frozen=True)
class _Line:
    """A paragraph at the top of a text that holds nothing but one link to `address`."""

    start: int
    end: int
    address: Address


def with_cards(html: str, within: Content) -> str:
    """`html`, the text of `within`, with cards in the place of links alone on their lines.

    The number of queries follows the models that are linked to, not the number of links.
    """
    parts = markup.split(html)
    lines = _lines(parts)[:MAX_CARDS]
    found = find({line.address for line in lines}) if lines else {}
    cards: dict[Content, str] = {}
    for line in reversed(lines):
        content = found.get(line.address)
        # Unsaved, `within` has no key, and nothing that was found is it.
        if content is None or (type(content), content.pk) == (type(within), within.pk):
            continue
        if content not in cards:
            cards[content] = _card(content)
        parts[line.start : line.end] = [cards[content]]
    return "".join(parts)


def _card(content: Content) -> str:
    return render_to_string(content.kind_info.embed, {"content": content}).strip()


def _lines(parts: list[str]) -> list[_Line]:
    lines, depth = [], 0
    for index in range(1, len(parts), 2):
        tag = parts[index]
        if depth == 0 and tag == "<p>" and (line := _line(parts, index)) is not None:
            lines.append(line)
        if markup.opens(tag):
            depth += 1
        elif markup.closes(tag):
            depth -= 1
    return lines


def _line(parts: list[str], start: int) -> _Line | None:
    """The paragraph that begins at `start`, if it is nothing but one link to an own page."""
    link = start + 2
    if link >= len(parts) or parts[start + 1].strip() or markup.name_of(parts[link]) != "a":
        return None
    href = _HREF.search(parts[link])
    address = own_address(unescape(href[1])) if href else None
    if address is None:
        return None
    end = link + 2
    while end < len(parts) and parts[end] != "</a>":
        # A picture that leads somewhere is what its author wanted to show.
        if markup.name_of(parts[end]) in {"img", "p"}:
            return None
        end += 2
    closing = end + 2
    if closing >= len(parts) or parts[end + 1].strip() or parts[closing] != "</p>":
        return None
    return _Line(start, closing + 1, address)


def own_address(url: str) -> Address | None:
    """Area and slug, if `url` is the plain address of a page of content of this site."""
    path = url.removeprefix(settings.SITE_URL)
    found = _PATH.fullmatch(path)
    return (found[1], found[2]) if found and kinds.in_area(found[1]) else None


def find(addresses: Iterable[Address]) -> dict[Address, Content]:
    """What a visitor may see at these addresses, present or old, as cards need it."""
    wanted = set(addresses)
    moved = {
        (old.area, old.slug): old.object_id
        for old in OldAddress.objects.filter(
            area__in={area for area, _slug in wanted}, slug__in={slug for _area, slug in wanted}
        )
        if old.object_id is not None
    }
    found: dict[Address, Content] = {}
    for area in sorted({area for area, _slug in wanted}):
        slugs = {slug for its_area, slug in wanted if its_area == area}
        keys = {moved[area, slug] for slug in slugs if (area, slug) in moved}
        rows = _rows(area, Q(slug__in=slugs) | Q(pk__in=keys))
        by_slug = {row.slug: row for row in rows}
        by_key = {row.pk: row for row in rows}
        for slug in slugs:
            # A live page wins over history, as it does for visitors.
            row = by_slug.get(slug) or by_key.get(moved.get((area, slug)))
            if row is not None:
                found[area, slug] = row
    return found


def _rows(area: str, where: Q) -> list[Any]:
    of_area = kinds.in_area(area)
    found: list[Any] = []
    for model in kinds.models(of_area):
        found += kinds.rows(model, of_area).filter(where).for_listing()
    return found
