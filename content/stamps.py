"""Which stamp stands for the present state of what many pages show.

A fragment of a page is kept under the stamps of all that it shows. Read the stamps first and
the rows after: a change in between then costs a fragment that nobody asks for, never one that
is out of date. The stamp changes in the transaction of the change itself.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from .models import Stamp

COLUMNS = "columns"  # the menu
CONTENT = "content"  # articles and packages, their tags and authors
SITE = "site"  # settings, links, commands, verses
GLOSSARY = "glossary"
_READ = "_stamps"  # the attribute of a request that holds them


def current() -> dict[str, str]:
    """All stamps by name, in one query; a subject that was never changed has none."""
    return dict(Stamp.objects.values_list("name", "value"))


def of_request(request: HttpRequest) -> dict[str, str]:
    """The same, read once for a page. A view asks before it reads the rows that it shows.

    A request that may change them reads them again each time.
    """
    if request.method not in {"GET", "HEAD"}:
        return current()
    if (found := getattr(request, _READ, None)) is None:
        found = current()
        setattr(request, _READ, found)
    return found


def change(*names: str) -> None:
    """Give these subjects new stamps, in the present transaction.

    A stamp stays locked until the transaction ends, so it comes after the rows of content:
    who writes several of them locks them all before the first one changes a stamp.
    """
    for name in sorted(names):  # one order for all, so that no two writers wait for each other
        Stamp.objects.update_or_create(name=name, defaults={"value": secrets.token_hex(8)})


def follow(models: Iterable[type[Model]], *names: str) -> None:
    """From now on a saved or deleted row of these models changes these stamps."""

    def changed(**kwargs: Any) -> None:
        change(*names)

    for model in models:
        for signal in (post_save, post_delete):
            uid = f"stamps-{model._meta.label_lower}"
            signal.connect(changed, sender=model, weak=False, dispatch_uid=uid)
