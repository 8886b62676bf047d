"""Say whether a file would be accepted as a picture, and how large it would be shown."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from content.pictures import PictureRefused, inspect_picture


class Command(BaseCommand):
    help = "Say whether a file would be accepted as a picture."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, file: Path, json: bool, **options: Any) -> None:
        result = inspect_file(file)
        self.stdout.write(as_json(result) if json else as_sentence(result))
        if not result["accepted"]:
            sys.exit(1)


def inspect_file(file: Path) -> dict[str, Any]:
    """The verdict on one file, with the keys of the command's JSON."""
    try:
        with file.open("rb") as picture:
            facts = inspect_picture(picture)
    except PictureRefused as refusal:
        return {"accepted": False, "error": str(refusal), "width": None, "height": None}
    except OSError as error:
        reason = _("The file cannot be read: %(error)s.") % {"error": error}
        raise CommandError(reason, returncode=2) from error
    return {"accepted": True, "error": "", "width": facts.width, "height": facts.height}


def as_json(result: dict[str, Any]) -> str:
    """ASCII only, so that no terminal or pipe can fail on it."""
    return json.dumps(result)


def as_sentence(result: dict[str, Any]) -> str:
    """The same for a person."""
    if result["accepted"]:
        return _("Accepted, %(width)s × %(height)s pixels.") % result
    return _("Refused. %(error)s") % result
