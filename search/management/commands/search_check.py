"""Say in what the search index and the database differ, and heal it when asked to."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from haystack import connections
from haystack.exceptions import HaystackError

from search import registry
from search.comparison import Comparison, compare, repair
from search.engines.errors import IndexUnusable
from search.models import Engine
from search.rebuilding import rebuild

_SHOWN = 20


class Command(BaseCommand):
    help = "Compare the search index with the database: missing, stale and ghost documents."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")
        parser.add_argument("--repair", action="store_true", help="Heal what differs.")
        parser.add_argument("-u", "--using", default="default", help="The search connection.")

    def handle(self, **options: Any) -> None:
        if options["using"] not in connections.connections_info:
            raise CommandError(f"There is no search connection {options['using']!r}.", returncode=2)
        engine = registry.register(options["using"])
        try:
            found = self._compare(engine, options["repair"])
            left = repair(engine, found) if options["repair"] and not found.is_clean else found
        except (HaystackError, OSError) as error:
            raise CommandError(f"The index could not be compared: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(_result(engine, found, left)))
        else:
            self._tell(found, left)
        if not left.is_clean:
            # With --json the result says it all; the reason goes to standard error.
            raise CommandError("The index and the database differ.")

    def _compare(self, engine: Engine, may_rebuild: bool) -> Comparison:
        try:
            return compare(engine)
        except IndexUnusable:
            if not may_rebuild:
                raise
            rebuild(engine)
            return compare(engine)

    def _tell(self, found: Comparison, left: Comparison) -> None:
        for name in ("missing", "stale", "ghosts"):
            identifiers = getattr(found, name)
            self.stdout.write(f"{name}: {len(identifiers)}")
            for identifier in identifiers[:_SHOWN]:
                self.stdout.write(f"  {identifier}")
            if len(identifiers) > _SHOWN:
                self.stdout.write(f"  and {len(identifiers) - _SHOWN} more")
        if left is not found and left.is_clean:
            self.stdout.write("All of it was repaired.")


def _result(engine: Engine, found: Comparison, left: Comparison) -> dict[str, Any]:
    return {
        "engine": engine.name,
        "documents": left.documents,
        "ok": left.is_clean,
        "missing": found.missing,
        "stale": found.stale,
        "ghosts": found.ghosts,
        "repaired": left is not found and left.is_clean,
    }
