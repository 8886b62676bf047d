"""Slices of the hits, however deep: a server itself gives no more than the first ten thousand.

Deeper ones go on from the last hit of an earlier slice (`search_after`). Where a slice ended is
kept for the next one, so that iterating costs the same everywhere; a leap into the deep walks.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from search.engines.elasticsearch import response
from search.engines.elasticsearch.response import Page

WINDOW = 10_000
_MAX_SEARCHES = 8
_MAX_PLACES = 64

Ask = Callable[[dict[str, Any]], Mapping[str, Any]]


class Places:
    """Where slices of the latest searches ended."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, OrderedDict[int, list[Any]]] = OrderedDict()

    def before(self, search: str, start: int) -> tuple[int, list[Any] | None]:
        """The last known place at or before `start`."""
        places = self._known.get(search, OrderedDict())
        found = max((place for place in places if place <= start), default=0)
        return found, places.get(found)

    def note(self, search: str, place: int, last: list[Any]) -> None:
        places = self._known.setdefault(search, OrderedDict())
        self._known.move_to_end(search)
        places[place] = last
        if len(places) > _MAX_PLACES:
            places.popitem(last=False)
        if len(self._known) > _MAX_SEARCHES:
            self._known.popitem(last=False)


def name(body: Mapping[str, Any]) -> str:
    """The same for the same query in the same order."""
    text = json.dumps([body["query"], body["sort"]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def page(ask: Ask, body: dict[str, Any], start: int, end: int | None, places: Places) -> Page:
    """The hits from `start` to `end`, or to the last one."""
    if end is not None and end <= WINDOW:
        size = max(end - start, 0)
        answer = response.page(ask({**body, "from": start if size else 0, "size": size}))
        if answer.last and end == WINDOW:
            places.note(name(body), end, answer.last)
        return answer
    return _deep(ask, body, start, end, places)


def _deep(ask: Ask, body: dict[str, Any], start: int, end: int | None, places: Places) -> Page:
    search = name(body)
    place, after = _walk(ask, body, start, places)
    first = response.page(ask({**body, **_from(after), "size": _step(place, end)}))
    hits, last = list(first.hits), first.last
    # Short of the start: there are no more hits than were walked by.
    if place < start:
        return replace(first, hits=[], last=None)
    place += len(hits)
    while last and place < (first.total if end is None else min(end, first.total)):
        further = response.page(ask({**_lean(body), **_from(last), "size": _step(place, end)}))
        if not further.hits:
            break
        hits += further.hits
        place, last = place + len(further.hits), further.last
    if last:
        places.note(search, place, last)
    return replace(first, hits=hits, last=last)


def _walk(
    ask: Ask, body: dict[str, Any], start: int, places: Places
) -> tuple[int, list[Any] | None]:
    """Go to the hit before `start`, without reading those on the way."""
    place, after = places.before(name(body), start)
    while place < start:
        size = min(WINDOW, start - place)
        found = ask({**_lean(body), **_from(after), "size": size, "_source": False})
        hits = found["hits"]["hits"]
        if not hits:
            break
        place, after = place + len(hits), hits[-1]["sort"]
    return place, after


def _lean(body: dict[str, Any]) -> dict[str, Any]:
    """The same search without counting."""
    lean = {key: value for key, value in body.items() if key != "aggs"}
    return {**lean, "track_total_hits": False}


def _from(after: list[Any] | None) -> dict[str, Any]:
    return {"search_after": after} if after else {}


def _step(place: int, end: int | None) -> int:
    return WINDOW if end is None else max(min(WINDOW, end - place), 0)
