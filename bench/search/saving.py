"""What search adds to the saving of an article, whatever state its server is in."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from haystack import connections

from articles.models import Article
from bench.search.sections import Section
from content.models import Column
from search import registry
from search.models import Engine

_ROUNDS = 40
WITHOUT = "without search"
_ELASTICSEARCH = "search.engines.elasticsearch.ElasticsearchSearchEngine"


def saving(section: Section, url: str) -> dict[str, list[float]]:
    """Case → seconds of each save and its commit; the cases in turns. `url` may be empty."""
    call_command("migrate", verbosity=0)
    group = Column.objects.create(name="Bench", slug="bench")
    article = Article.objects.create(
        title=section.page,
        body=section.text,
        column=Column.objects.create(name="Saving", slug="saving", parent=group),
        status=Article.Status.PUBLISHED,
        published_at=timezone.now(),
    )
    taken: dict[str, list[float]] = {}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        servers = {
            WITHOUT: "",
            "embedded index alone": "",
            # Connections to it are taken up, and nobody ever answers.
            "and a server that stalls": f"http://127.0.0.1:{silent.getsockname()[1]}/bench",
            "and a server that is away": "http://127.0.0.1:9/bench",
        }
        if url:
            servers["and a server that answers"] = f"{url}/bench-saving"
        for number in range(_ROUNDS):
            for name, server in servers.items():
                with _searching(server, is_heard=name != WITHOUT):
                    article.title = f"{section.page} {number} {name}"
                    started = time.perf_counter()
                    with transaction.atomic():
                        article.save()
                    taken.setdefault(name, []).append(time.perf_counter() - started)
    return taken


@contextmanager
def _searching(url: str, *, is_heard: bool) -> Iterator[None]:
    """The site's own search, with the server at `url` if any; or nobody hears of changes."""
    embedded = settings.HAYSTACK_CONNECTIONS["default"]
    chosen = {"default": embedded}
    if url:
        server = {"ENGINE": _ELASTICSEARCH, "URL": url, "SILENTLY_FAIL": False}
        chosen = {"default": server, "embedded": embedded}
    processor = apps.get_app_config("haystack").signal_processor
    if not is_heard:
        processor.teardown()
    try:
        with mock.patch.dict(settings.HAYSTACK_CONNECTIONS, chosen):
            for alias in chosen:
                connections.reload(alias)
                registry.register(alias)
            yield
    finally:
        Engine.objects.filter(name="default").delete()
        connections.reload("default")
        if not is_heard:
            processor.setup()
