"""Print the HTML that a page would show for Markdown on standard input.

Exit 0 with the HTML; 1 with the reason on standard error when the text is refused, also
for not being UTF-8; 2 when the input cannot be read.
"""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from content.rendering import RenderingRefused, render_bounded


class Command(BaseCommand):
    help = "Print the HTML that an article page would show for Markdown on standard input."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, render, print."""
        if sys.stdin is None:  # closed: `render_markdown <&-`
            raise CommandError(_("The input cannot be read."), returncode=2)
        try:
            # Enough to see that it is too much; endless input is not read to its end.
            source = sys.stdin.buffer.read(settings.MARKDOWN_MAX_BYTES * 2 + 4)
        except OSError as error:
            raise CommandError(_("The input cannot be read."), returncode=2) from error
        try:
            # Some editors of Windows put a byte order mark in front.
            rendered = render_bounded(source.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise CommandError(_("The text is not valid UTF-8.")) from error
        except RenderingRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(rendered.html)
