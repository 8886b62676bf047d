"""Tell whether a file would be taken as a package, and what is in it."""

import hashlib
import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from downloads.archives import ArchiveRefused, Entry, inspect
from downloads.archives.refusals import shown

REFUSED, UNREADABLE = 1, 2


class Command(BaseCommand):
    help = "Inspect a ZIP as an upload is inspected. Exit 0: accepted, 1: refused, 2: unreadable."
    # It reads one file: neither database nor pages need to be in order.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", help="the name it would be uploaded under")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        entries: list[Entry] = []
        refusal: ArchiveRefused | None = None
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise CommandError(_("This is not a file."), returncode=UNREADABLE)
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
                entries = inspect(file, name=options["name"] or path.name)
        except ArchiveRefused as error:
            refusal = error
        except (OSError, ValueError) as error:
            raise CommandError(str(error), returncode=UNREADABLE) from error
        if options["json"]:
            for piece in _as_json(refusal, size, sha256, entries):
                self.stdout.write(piece, ending="")
            self.stdout.write("")
            if refusal:
                sys.exit(REFUSED)
        elif refusal:
            raise CommandError(refusal.message, returncode=REFUSED)
        else:
            self._list(size, sha256, entries)

    def _list(self, size: int, sha256: str, entries: list[Entry]) -> None:
        for entry in entries:
            self.stdout.write(f"{entry.size:>12,}  {shown(entry.path, limit=None)}")
        self.stdout.write(f"SHA-256 {sha256}")
        self.stdout.write(
            _("Accepted: %(count)d entries, %(size)s.")
            % {"count": len(entries), "size": filesizeformat(size)}
        )


def _as_json(
    refusal: ArchiveRefused | None, size: int, sha256: str, entries: list[Entry]
) -> Iterator[str]:
    """The result as JSON, piece by piece: twenty thousand long names are 150 MB of it."""
    head = {
        "accepted": refusal is None,
        "rule": refusal.rule if refusal else None,
        "error": refusal.message if refusal else "",
        "size": size,
        "sha256": sha256,
    }
    yield json.dumps(head).removesuffix("}") + ', "entries": ['
    for position, entry in enumerate(entries):
        row = {"path": entry.path, "size": entry.size, "is_dir": entry.is_dir}
        yield (", " if position else "") + json.dumps(row)
    yield "]}"
