"""Bring in Markdown articles from a folder, a file or a ZIP; repeating it changes nothing.

Exit 0 when everything was brought in or kept, 1 when a file was refused, 2 for wrong usage
or a path that cannot be read.
"""

import json as json_format
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from articles.importing import (
    ArticleImport,
    Outcome,
    Report,
    Result,
    SourceUnreadable,
    Warned,
    open_source,
)

SHOWN_WARNINGS = 10  # of each kind; --verbosity 2 and --json tell all
PROGRESS_STEP = 50  # files, where no person is looking


class Command(BaseCommand):
    help = "Import Markdown articles with front matter of Hexo, Hugo, Jekyll or VuePress."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="PATH", type=Path, help="folder, file or ZIP archive")
        parser.add_argument("--column", default="", help="put everything into this column")
        parser.add_argument("--author", default="", help="the pen name of files that name none")
        parser.add_argument(
            "--source",
            default="",
            help="a name for this source, where another one has files of the same paths",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would happen and write nothing"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, path: Path, dry_run: bool, json: bool, **options: Any) -> None:
        try:
            source = open_source(path)
        except SourceUnreadable as error:
            raise CommandError(str(error), returncode=2) from error
        run = ArticleImport(
            source,
            column=options["column"],
            author=options["author"],
            name=options["source"],
            dry_run=dry_run,
            progress=self.show_progress,
        )
        report = run.run()
        if json:
            result = {"dry_run": dry_run, **report.as_dict()}
            self.stdout.write(json_format.dumps(result, ensure_ascii=False, indent=1))
        else:
            self.tell(report, dry_run=dry_run, everything=options["verbosity"] > 1)
        if report.count(Result.REFUSED):
            sys.exit(1)

    def show_progress(self, done: int, total: int, outcome: Outcome) -> None:
        """One line that is written over, or a line now and then in a log."""
        if self.stderr.isatty():
            ending = "\n" if done == total else ""
            self.stderr.write(f"\r{done}/{total} {outcome.path[:60]:<60}", ending=ending)
        elif done % PROGRESS_STEP == 0 or done == total:
            self.stderr.write(f"{done}/{total}")

    def tell(self, report: Report, *, dry_run: bool, everything: bool) -> None:
        """The report for a person: what happened, what to look at, what was refused."""
        if dry_run:
            self.stdout.write(_("Nothing was written. This is what would happen:"))
            for outcome in report.ended(Result.MADE, Result.CHANGED):
                self.stdout.write(f"  {WORDS[outcome.result]()}: {outcome.path}")
        for result in Result:
            self.stdout.write(f"{WORDS[result]()}: {report.count(result)}")
        self.stdout.write(
            _("Pictures: %(own)d brought along, %(foreign)d on other hosts become links.")
            % {"own": report.pictures, "foreign": report.foreign_pictures}
        )
        self.stdout.write(_("Links between the files: %(links)d.") % {"links": report.links})
        files = len(report.outcomes)
        self.stdout.write(
            _("%(files)d files in %(seconds).1f s, %(rate).1f files a second.")
            % {
                "files": files,
                "seconds": report.seconds,
                "rate": files / max(report.seconds, 0.001),
            }
        )
        self.tell_warnings(report, everything=everything)
        for outcome in report.ended(Result.KEPT, Result.REFUSED):
            text = f"{WORDS[outcome.result]()}: {outcome.path}: {outcome.reason}"
            is_refused = outcome.result is Result.REFUSED
            self.stdout.write(self.style.ERROR(text) if is_refused else text)

    def tell_warnings(self, report: Report, *, everything: bool) -> None:
        for kind in Warned:
            found = [(path, detail) for warned, path, detail in report.warnings if warned is kind]
            if not found:
                continue
            self.stdout.write(self.style.WARNING(f"{WORDS[kind]()}: {len(found)}"))
            shown = found if everything else found[:SHOWN_WARNINGS]
            for path, detail in shown:
                self.stdout.write(f"  {path}: {detail}")
            if len(shown) < len(found):
                self.stdout.write(_("  … --verbosity 2 shows all of them."))


WORDS = {
    Result.MADE: lambda: _("Made"),
    Result.CHANGED: lambda: _("Changed"),
    Result.UNCHANGED: lambda: _("Unchanged"),
    Result.KEPT: lambda: _("Kept as it is on the site"),
    Result.REFUSED: lambda: _("Refused"),
    Warned.MISSING_PICTURE: lambda: _("Pictures that are not there"),
    Warned.REFUSED_PICTURE: lambda: _("Pictures that were refused"),
    Warned.DEAD_LINK: lambda: _("Links to files that are not there"),
    Warned.LOST_FRAGMENT: lambda: _("Places in a text that were not found"),
    Warned.OTHER_ENCODING: lambda: _("Files that are not UTF-8"),
    Warned.UNREAD_DATE: lambda: _("Dates that cannot be read"),
    Warned.CUT_TITLE: lambda: _("Titles that were cut"),
}
