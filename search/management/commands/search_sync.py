"""Bring this host's search engines up to the database, once or until told to stop."""

import json
import logging
import signal
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from haystack import connections
from haystack.exceptions import HaystackError

from search import registry
from search.batches import Drained
from search.draining import drain
from search.jobs import build_if_needed, registered

logger = logging.getLogger(__name__)

_PAUSE = 0.5  # seconds between two looks at an outbox that was empty
_LONGEST_PAUSE = 30.0  # seconds, while database or engine are out of reach


class Command(BaseCommand):
    help = "Drain the outbox into this host's search engines. Several may run at the same time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Drain what is due, then end.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")
        parser.add_argument(
            "--embedded", action="store_true", help="Only indexes on this host, no servers."
        )

    def handle(self, **options: Any) -> None:
        # Safe to use in a signal handler that interrupts its own waiting.
        self.orders: SimpleQueue[int] = SimpleQueue()
        self.total = Drained()
        self.aliases = [
            alias
            for alias in connections.connections_info
            if registry.is_embedded(alias) or not options["embedded"]
        ]
        before = {} if options["once"] else self._listen()
        try:
            trouble = self._pass() if options["once"] else self._loop()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        result = {
            "written": self.total.written,
            "failed": self.total.failed,
            "parked": self.total.parked,
        }
        if options["json"]:
            self.stdout.write(json.dumps(result))
        elif options["verbosity"]:
            self.stdout.write(
                "{written} written, {failed} failed, {parked} parked.".format(**result)
            )
        if trouble or self.total.failed:
            raise CommandError(trouble or "Some documents could not be indexed; see the outbox.")

    def _listen(self) -> dict[int, Any]:
        """End between two batches when asked to."""
        return {
            number: signal.signal(number, lambda number, _frame: self.orders.put(number))
            for number in (signal.SIGTERM, signal.SIGINT)
        }

    def _loop(self) -> str:
        pause = _PAUSE
        while self.orders.empty():
            try:
                trouble = self._pass()
            except DatabaseError as error:
                trouble = f"The database does not answer: {error}"
            if trouble:
                logger.warning(trouble)
            self.total.failed = 0  # what failed waits in the outbox; a loop is not judged by it
            pause = min(pause * 2, _LONGEST_PAUSE) if trouble else _PAUSE
            if not connection.in_atomic_block:
                close_old_connections()
            with suppress(Empty):
                self.orders.get(timeout=pause)
                break
        return ""

    def _pass(self) -> str:
        """Drain every engine once; returns what went wrong, or nothing."""
        trouble = ""
        for alias in self.aliases:
            try:
                engine = registered(alias)
                build_if_needed(engine)
                drained = drain(engine, stop=lambda: not self.orders.empty())
            except (HaystackError, OSError) as error:
                # The others have their turn all the same.
                trouble = f"The search engine {alias} was not brought up to date: {error}"
                continue
            self.total.written += drained.written
            self.total.failed += drained.failed
            self.total.parked += drained.parked
        return trouble
