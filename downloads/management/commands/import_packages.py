"""Bring in packages from ZIP files; repeating it changes nothing.

Exit 0 when everything was brought in or kept, 1 when a ZIP was refused, 2 for wrong usage
or a path that cannot be read.
"""

import json as json_format
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from downloads.importing import Outcome, Report, Result, SourceUnreadable, import_packages


class Command(BaseCommand):
    help = "Import packages from ZIP files, with what the package.json inside says of them."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", metavar="PATH", nargs="+", type=Path, help="ZIP files, or folders of them"
        )
        parser.add_argument("--kind", choices=["plugin", "template"], required=True)
        parser.add_argument("--column", default="", help="put everything into this column")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would happen and write nothing"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, paths: list[Path], json: bool, dry_run: bool, **options: Any) -> None:
        try:
            report = import_packages(
                paths,
                kind=options["kind"],
                column=options["column"],
                dry_run=dry_run,
                progress=self.show_progress,
            )
        except SourceUnreadable as error:
            raise CommandError(str(error), returncode=2) from error
        if json:
            result = {"dry_run": dry_run, **report.as_dict()}
            self.stdout.write(json_format.dumps(result, ensure_ascii=False, indent=1))
        else:
            self.tell(report, dry_run=dry_run)
        if report.count(Result.REFUSED):
            sys.exit(1)

    def show_progress(self, done: int, total: int, outcome: Outcome) -> None:
        self.stderr.write(f"{done}/{total} {outcome.path}")

    def tell(self, report: Report, *, dry_run: bool) -> None:
        """The report for a person."""
        words = {
            Result.MADE: _("Made"),
            Result.CHANGED: _("Changed"),
            Result.UNCHANGED: _("Unchanged"),
            Result.KEPT: _("Kept as it is on the site"),
            Result.REFUSED: _("Refused"),
        }
        if dry_run:
            self.stdout.write(_("Nothing was written. This is what would happen:"))
        for outcome in report.outcomes:
            if outcome.reason or (dry_run and outcome.result is not Result.UNCHANGED):
                text = f"  {words[outcome.result]}: {outcome.path}: {outcome.reason}".rstrip(": ")
                is_refused = outcome.result is Result.REFUSED
                self.stdout.write(self.style.ERROR(text) if is_refused else text)
        for result, word in words.items():
            self.stdout.write(f"{word}: {report.count(result)}")
