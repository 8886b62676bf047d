"""Say in what the search index and the database differ, and heal it when asked to."""

import json
from dataclasses import dataclass, field
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
_KINDS = ("missing", "stale", "ghosts")


@dataclass
class _Checked:
    """What was found of one engine, and what is left of it; or why it could not be compared."""

    engine: Engine
    found: Comparison = field(default_factory=Comparison)
    left: Comparison = field(default_factory=Comparison)
    error: str = ""

    @property
    def ok(self) -> bool:
        return not self.error and self.left.is_clean

    @property
    def repaired(self) -> bool:
        return self.left is not self.found and self.ok

    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "engine": self.engine.name,
            "documents": self.left.documents,
            "ok": self.ok,
            **{name: getattr(self.found, name) for name in _KINDS},
            "repaired": self.repaired,
        }
        return facts | ({"error": self.error} if self.error else {})


class Command(BaseCommand):
    help = "Compare search indexes with the database: missing, stale and ghost documents."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")
        parser.add_argument("--repair", action="store_true", help="Heal what differs.")
        parser.add_argument("-u", "--using", action="append", default=[], help="Only this engine.")

    def handle(self, **options: Any) -> None:
        using = [options["using"]] if isinstance(options["using"], str) else options["using"]
        if unknown := set(using) - set(connections.connections_info):
            raise CommandError(
                f"There is no search connection {sorted(unknown)[0]!r}.", returncode=2
            )
        checked = {
            alias: self._checked(registry.register(alias), options["repair"])
            for alias in using or connections.connections_info
        }
        if options["json"]:
            self.stdout.write(json.dumps(_result(checked)))
        else:
            for each in checked.values():
                self._tell(each, with_name=len(checked) > 1)
        failed = [f"{each.engine}: {each.error}" for each in checked.values() if each.error]
        if failed:
            raise CommandError(f"The index could not be compared: {'; '.join(failed)}")
        if not all(each.ok for each in checked.values()):
            # With --json the result says it all; the reason goes to standard error.
            raise CommandError("The index and the database differ.")

    def _checked(self, engine: Engine, may_repair: bool) -> _Checked:
        """One engine that cannot be asked does not keep another one from its turn."""
        checked = _Checked(engine)
        try:
            checked.found = checked.left = self._compare(engine, may_repair)
            if may_repair and not checked.found.is_clean:
                checked.left = repair(engine, checked.found)
        except (HaystackError, OSError) as error:
            checked.error = str(error)
        return checked

    def _compare(self, engine: Engine, may_rebuild: bool) -> Comparison:
        try:
            return compare(engine)
        except IndexUnusable:
            if not may_rebuild:
                raise
            rebuild(engine)
            return compare(engine)

    def _tell(self, checked: _Checked, *, with_name: bool) -> None:
        if with_name:
            self.stdout.write(f"{checked.engine}:")
        if checked.error:
            return
        for name in _KINDS:
            identifiers = getattr(checked.found, name)
            self.stdout.write(f"{name}: {len(identifiers)}")
            for identifier in identifiers[:_SHOWN]:
                self.stdout.write(f"  {identifier}")
            if len(identifiers) > _SHOWN:
                self.stdout.write(f"  and {len(identifiers) - _SHOWN} more")
        if checked.repaired:
            self.stdout.write("All of it was repaired.")


def _result(checked: dict[str, _Checked]) -> dict[str, Any]:
    """Of one engine its facts; of several those of the first, with all that differs anywhere."""
    engines = {alias: each.facts() for alias, each in checked.items()}
    first = next(iter(engines.values()))
    differs = {
        name: sorted({key for facts in engines.values() for key in facts[name]}) for name in _KINDS
    }
    return {
        **first,
        **differs,
        "ok": all(facts["ok"] for facts in engines.values()),
        "repaired": any(facts["repaired"] for facts in engines.values()),
        "engines": engines,
    }
