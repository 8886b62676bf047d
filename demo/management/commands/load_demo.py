"""Load the demo content once: columns, articles, packages, glossary, sayings and settings."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from demo.loading import load_demo


class Command(BaseCommand):
    help = "Load the demo content, once."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="make again what is missing by now"
        )

    def handle(self, *, again: bool, **options: Any) -> None:
        loaded = load_demo(again=again)
        if loaded.was_loaded_before:
            self.stdout.write(_("The demo content was loaded before; nothing was changed."))
            return
        sentence = _(
            "Demo content: %(columns)d columns, %(articles)d articles, %(packages)d packages, "
            "%(terms)d terms, %(commands)d commands and %(verses)d lines of verse were made."
        )
        facts = {
            "columns": loaded.columns,
            "articles": loaded.articles,
            "packages": loaded.packages,
            "terms": loaded.around.terms,
            "commands": loaded.around.commands,
            "verses": loaded.around.verses,
        }
        self.stdout.write(sentence % facts)
        for problem in loaded.problems:
            self.stderr.write(problem)
        if loaded.problems:
            sys.exit(1)
