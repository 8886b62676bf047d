"""What `manage.py check` says about search before it is missed."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from haystack import connections

from .engines import deadline

_SERVER_SECONDS = 5.0


@register("search")
def commands_are_ours(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Haystack's rebuild_index empties the live index first; ours builds beside it."""
    names = [config.name for config in apps.get_app_configs()]
    if "haystack" in names and names.index("search") > names.index("haystack"):
        return [
            Warning(
                "Haystack's own rebuild_index runs, which empties the live index first.",
                hint='Put "search" before "haystack" in INSTALLED_APPS.',
                id="search.W001",
            )
        ]
    return []


@register("search")
def changes_are_heard(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Without the processor no change reaches an index."""
    expected = "search.signals.OutboxSignalProcessor"
    if getattr(settings, "HAYSTACK_SIGNAL_PROCESSOR", "") != expected:
        return [
            Error(
                "Changes do not reach the search index.",
                hint=f'Set HAYSTACK_SIGNAL_PROCESSOR = "{expected}".',
                id="search.E001",
            )
        ]
    return []


@register("search", deploy=True)
def outages_are_loud(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """An engine that fails in silence looks like a site without content."""
    return [
        Warning(
            f"The search connection {alias!r} hides its failures.",
            hint='Set "SILENTLY_FAIL": False.',
            id="search.W002",
        )
        for alias, options in settings.HAYSTACK_CONNECTIONS.items()
        if options.get("SILENTLY_FAIL", True)
    ]


@register("search")
def connections_make_sense(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """An address that nobody can ask is said at the start, not by the first visitor."""
    found: list[CheckMessage] = []
    for alias in connections.connections_info:
        try:
            connections[alias].get_backend()
        except ImproperlyConfigured as error:
            found.append(
                Error(
                    f"The search connection {alias!r} cannot be used: {error}",
                    hint="Its address is SEARCH_URL.",
                    id="search.E002",
                )
            )
    return found


@register("search", deploy=True)
def servers_are_ours(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Servers that are out of reach, too old, or hold what is not ours; within some seconds."""
    found: list[CheckMessage] = []
    for alias in connections.connections_info:
        try:
            problems = getattr(connections[alias].get_backend(), "problems", None)
        except ImproperlyConfigured:
            continue  # said above
        if problems is not None:
            with deadline.within(_SERVER_SECONDS):
                found += [
                    Error(f"The search connection {alias!r}: {each}", id="search.E003")
                    for each in problems()
                ]
    return found
