"""What every page shows: the site's name and the menu of columns."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import menu, site_settings, stamps


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's own settings, the stamps, and the menu only when a template asks for it.

    `site` is the `SiteSettings` as a whole; `site_name` and `site_url` are what most
    templates need of it.
    """
    present = stamps.current()
    said = site_settings.present(present.get(stamps.SITE, ""))
    return {
        "site": said,
        "site_name": said.shown_name,
        "site_url": settings.SITE_URL,
        "stamps": present,
        "menu_groups": SimpleLazyObject(menu.groups),
    }
