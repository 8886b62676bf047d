"""What every page shows: the site's name and the menu of columns."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import menu


def site(request: HttpRequest) -> dict[str, Any]:
    """The name and address of the site; the menu only when a template asks for it."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "menu_groups": SimpleLazyObject(menu.groups),
        "menu_stamp": SimpleLazyObject(menu.stamp),
    }
