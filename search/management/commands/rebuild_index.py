"""Build the search index anew beside the live one. Haystack's own empties the live one first."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from haystack import connections
from haystack.exceptions import HaystackError

from search import registry
from search.draining import drain
from search.rebuilding import rebuild


class Command(BaseCommand):
    help = "Build the search index anew; search answers from the old one until it is complete."

    def add_arguments(self, parser: CommandParser) -> None:
        # Haystack's names, so that its users find what they know.
        parser.add_argument("--noinput", action="store_true", help="Accepted; nothing is asked.")
        parser.add_argument("-u", "--using", action="append", default=[], help="Only this engine.")
        parser.add_argument("-b", "--batch-size", dest="batchsize", type=int, default=0)

    def handle(self, **options: Any) -> None:
        unknown = set(options["using"]) - set(connections.connections_info)
        if unknown:
            raise CommandError(
                f"There is no search connection {sorted(unknown)[0]!r}.", returncode=2
            )
        for alias in options["using"] or connections.connections_info:
            self._rebuild(alias, options["batchsize"], options["verbosity"])

    def _rebuild(self, alias: str, batch: int, verbosity: int) -> None:
        # Registered first: from now on every change is written down for it.
        engine = registry.register(alias)
        progress = _Progress(self) if verbosity else None
        try:
            count = rebuild(engine, batch=batch, progress=progress)
            late = drain(engine)
        except (HaystackError, OSError) as error:
            raise CommandError(f"The index {engine} was not built: {error}") from error
        if verbosity:
            self.stdout.write(f"{engine}: {count} documents, and {late.written} changed meanwhile.")
        if late.failed:
            raise CommandError(f"{late.failed} documents could not be indexed; see the outbox.")


class _Progress:
    """A line about every two seconds: how much, how fast, how much longer."""

    def __init__(self, command: BaseCommand) -> None:
        self.command = command
        self.started = self.told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.told < 2:
            return
        self.told = now
        rate = done / (now - self.started)
        remaining = (total - done) / rate
        self.command.stdout.write(
            f"{done} of {total} documents, {rate:.0f} a second, {remaining:.0f} s remaining"
        )
