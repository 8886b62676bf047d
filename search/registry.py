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
    """The name of a connection's engine, as seen from this host."""
    path = connections.connections_info[alias].get("PATH")
    if not path:
        return alias
    folder = hashlib.sha256(str(Path(path).parent).encode()).hexdigest()[:8]
    return f"{alias}@{settings.HOST_NAME}:{folder}"


def local_names() -> dict[str, str]:
    """Connection → engine name, for every connection that this host can write to."""
    return {alias: engine_name(alias) for alias in connections.connections_info}


def local_engines() -> list[Engine]:
    """The registered engines that this host can write to."""
    return list(Engine.objects.filter(name__in=local_names().values()))


def fed_engines() -> QuerySet[Engine]:
    """The engines that hear of changes: seen within a week, or this host's own."""
    recent = timezone.now() - FORGOTTEN_AFTER
    return Engine.objects.filter(Q(seen_at__gt=recent) | Q(name__in=local_names().values()))


def register(alias: str) -> Engine:
    """The engine of a connection, made when it is new, marked as seen now.

    One that was unseen for a week may have missed changes, and has to be built again.
    """
    embedded = "PATH" in connections.connections_info[alias]
    engine, is_new = Engine.objects.get_or_create(
        name=engine_name(alias),
        defaults={
            "connection": alias,
            "host": settings.HOST_NAME if embedded else "",
            "seen_at": timezone.now(),
        },
    )
    if not is_new:
        touch(engine)
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


def is_built() -> bool:
    """Whether the index that answers here was ever filled."""
    return Engine.objects.filter(name=engine_name("default"), built_at__isnull=False).exists()
