"""What every page shows: the site's own settings and links, and the menu of columns."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import menu, site_settings, stamps


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's own settings and links, the stamps, and the menu when a template asks for it.

    `site` is the `SiteSettings` as a whole; `site_name` and `site_url` are what most
    templates need of it.
    """
    present = stamps.of_request(request)
    stamp = present.get(stamps.SITE, "")
    said = site_settings.present(stamp)
    return {
        "site": said,
        "site_name": said.shown_name,
        "site_url": settings.SITE_URL,
        "stamps": present,
        "menu_groups": SimpleLazyObject(menu.groups),
        "site_links": site_settings.links(stamp),
    }
