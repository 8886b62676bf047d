"""The engines that the outbox feeds: which there are, which this host can write to.

An embedded index belongs to one host and folder, and so does its name; a shared server has
one name for all hosts.
"""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from haystack import connections

from .models import Engine

FORGOTTEN_AFTER = timedelta(days=7)
# No rows are written for an engine that is unseen for a week; it is deleted a day later, when
# no transaction can still hold a list of engines from before.
DELETED_AFTER = timedelta(days=8)
_TOUCHED_EVERY = timedelta(seconds=30)


def engine_name(alias: str) -> str:
    """The name of a connection's engine, as seen from this host.

    That of an embedded index is one of its file: it stays the same index when it no longer
    is the default connection's, but stands in for a server.
    """
    path = connections.connections_info[alias].get("PATH")
    if not path:
        return alias
    file = hashlib.sha256(str(Path(path)).encode()).hexdigest()[:8]
    return f"embedded@{settings.HOST_NAME}:{file}"


def is_embedded(alias: str) -> bool:
    """Whether a connection's index lies on this host, and not on a server that is asked."""
    return bool(connections.connections_info[alias].get("PATH"))


def kind(alias: str) -> str:
    """What kind of engine a connection has, by the package it lives in: sqlite, elasticsearch."""
    return connections.connections_info[alias]["ENGINE"].rpartition(".")[0].rpartition(".")[2]


def local_names() -> dict[str, str]:
    """Connection → engine name, for every connection that this host can write to."""
    return {alias: engine_name(alias) for alias in connections.connections_info}


def local_engines() -> list[Engine]:
    """The registered engines that this host can write to, each by the connection it has here."""
    aliases = {name: alias for alias, name in local_names().items()}
    engines = list(Engine.objects.filter(name__in=aliases))
    for engine in engines:
        engine.connection = aliases[engine.name]
    return engines


def fed_engines() -> QuerySet[Engine]:
    """The engines that hear of changes: seen within a week, or this host's own."""
    recent = timezone.now() - FORGOTTEN_AFTER
    return Engine.objects.filter(Q(seen_at__gt=recent) | Q(name__in=local_names().values()))


def register(alias: str) -> Engine:
    """The engine of a connection, made when it is new, marked as seen now.

    One that was unseen for a week may have missed changes, and has to be built again.
    """
    engine, is_new = Engine.objects.get_or_create(
        name=engine_name(alias),
        defaults={
            "connection": alias,
            "host": settings.HOST_NAME if is_embedded(alias) else "",
            "seen_at": timezone.now(),
        },
    )
    if not is_new:
        touch(engine)
    if engine.connection != alias:
        engine.connection = alias
        engine.save(update_fields=["connection"])
    return engine


def touch(engine: Engine) -> None:
    """Mark an engine as seen; writes at most twice a minute."""
    now = timezone.now()
    if now - engine.seen_at < _TOUCHED_EVERY:
        return
    values: dict[str, Any] = {"seen_at": now}
    if now - engine.seen_at > FORGOTTEN_AFTER:
        values["built_at"] = engine.built_at = None
    engine.seen_at = now
    Engine.objects.filter(pk=engine.pk).update(**values)


def forget_unseen() -> int:
    """Delete the engines of hosts that are gone, with their rows; returns how many."""
    gone = Engine.objects.filter(seen_at__lt=timezone.now() - DELETED_AFTER)
    gone = gone.exclude(name__in=local_names().values())
    count = gone.count()
    gone.delete()
    return count


def built_aliases() -> set[str]:
    """The connections whose index was filled; one that was not finds nothing."""
    names = local_names()
    rows = Engine.objects.filter(name__in=names.values(), built_at__isnull=False)
    built = set(rows.values_list("name", flat=True))
    return {alias for alias, name in names.items() if name in built}


def is_built(alias: str = "default") -> bool:
    """Whether the index that answers here was ever filled."""
    return alias in built_aliases()
