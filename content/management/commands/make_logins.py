"""`manage.py make_logins`: the logins editor and admin, with passwords made up or given."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from content import accounts
from content.models import Author


class Command(BaseCommand):
    """Prints passwords only when it made them; a second run prints nothing secret."""

    help = "Make the logins editor and admin (EDITOR_PASSWORD and ADMIN_PASSWORD set them)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="Give logins that exist a new password too."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        accounts.ensure_groups()
        made = [
            accounts.make_login(
                name,
                group=group,
                superuser=superuser,
                password=os.environ.get(f"{name.upper()}_PASSWORD", ""),
                reset=options["reset"],
            )
            for name, group, superuser in (
                ("editor", accounts.EDITORS, False),
                ("admin", accounts.ADMINS, True),
            )
        ]
        for name, login in zip(("editor", "admin"), made, strict=True):
            if login is None:
                self.stdout.write(_("The login %(name)s keeps its password.") % {"name": name})
            else:
                # A secret for the terminal of whoever starts the site, never for a log.
                self.stdout.write(f"{login.name}: {login.password}")
        self._give_pen_name()

    def _give_pen_name(self) -> None:
        from django.contrib.auth import get_user_model

        editor = get_user_model()._default_manager.get(username="editor")
        if not Author.objects.filter(user=editor).exists():
            accounts.make_pen_name(editor)
