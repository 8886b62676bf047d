"""Ask the engine; where it does not answer in time, ask the embedded one that stands in for it.

`settings.SEARCH_SPARE` names the connection that stands in for the default one. All requests
of a page go to the same engine, and are over before the visitor has waited too long.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.conf import settings
from haystack import connections
from haystack.constants import DEFAULT_ALIAS

from . import breaker, registry
from .engines import deadline
from .engines.errors import IndexUnusable, QueryRefused, SearchFailure, SearchTimeout

logger = logging.getLogger(__name__)

# A search page answers within 1.5 s: what is left is for the database and the page itself.
SECONDS = 1.2
# How much of the time the default engine has, where another one stands in for it.
_SHARE = 0.6

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What a question was answered with, by which connection and kind of engine.

    `degraded` says that the embedded engine stands in for the one that was to be asked.
    """

    value: T
    using: str
    engine: str
    degraded: bool = False


def ask(question: Callable[[str], T], *, seconds: float = SECONDS) -> Answer[T]:
    """The answer to `question(connection)`, asked of one engine after the other.

    Everything in it together has so many seconds. Raises the engine's error where nobody
    answers. An index that nobody has built yet finds nothing, and is never asked.
    """
    until = time.monotonic() + seconds
    spare = spare_alias()
    if not spare:
        with deadline.within(seconds):
            return Answer(question(DEFAULT_ALIAS), DEFAULT_ALIAS, registry.kind(DEFAULT_ALIAS))
    built = registry.built_aliases()
    failure: SearchFailure = IndexUnusable("The index was never built.")
    if DEFAULT_ALIAS in built and breaker.of(DEFAULT_ALIAS).allows():
        try:
            value = _first(question, seconds * _SHARE)
        except SearchFailure as error:
            failure = error
        else:
            return Answer(value, DEFAULT_ALIAS, registry.kind(DEFAULT_ALIAS))
    if spare not in built:
        raise failure
    with deadline.within(max(until - time.monotonic(), seconds * (1 - _SHARE))):
        return Answer(question(spare), spare, registry.kind(spare), degraded=True)


def _first(question: Callable[[str], T], seconds: float) -> T:
    """The default engine's answer; how it went, its breaker is told."""
    guard = breaker.of(DEFAULT_ALIAS)
    try:
        with deadline.within(seconds):
            value = question(DEFAULT_ALIAS)
    except QueryRefused:
        # The engine is well: it is this question that it does not take.
        logger.exception("The search engine refused a question.")
        raise
    except SearchTimeout as error:
        # Whoever is in a hurry says little about the engine.
        if seconds >= SECONDS * _SHARE:
            guard.failed(error)
        raise
    except SearchFailure as error:
        guard.failed(error)
        raise
    guard.succeeded()
    return value


def spare_alias() -> str:
    """The connection that stands in for the default one; empty where there is none."""
    alias = getattr(settings, "SEARCH_SPARE", "")
    return alias if alias in connections.connections_info and alias != DEFAULT_ALIAS else ""
