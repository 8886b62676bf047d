"""Add the views and downloads that wait in the spool to the database, at once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import ngettext

from content import counting


class Command(BaseCommand):
    help = "Fold all counts that wait into the database. Safe beside the worker, which does it too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    def handle(self, **options: Any) -> None:
        folded = counting.fold(settled_seconds=0)
        if options["json"]:
            self.stdout.write(json.dumps({"files": folded}))
        elif options["verbosity"]:
            text = ngettext(
                "Folded the counts of %(count)d file.",
                "Folded the counts of %(count)d files.",
                folded,
            )
            self.stdout.write(text % {"count": folded})
