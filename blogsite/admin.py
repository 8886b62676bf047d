"""The site's own admin: Django's, with our title and an index that begins with the work."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

# By its name, because wiring imports no part.
SITE_CONTEXT = "content.context_processors.site"


class BlogAdminSite(admin.AdminSite):
    """Django's admin under the name of the site."""

    site_title = _("Site administration")
    site_header = _("Site administration")
    index_title = _("Desk")
    # Beside it, the lists of content did not fit into a window of 1280 pixels.
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        # Django's page for logging in puts the host's name under these two.
        said = import_string(SITE_CONTEXT)(request)
        named = {name: said[name] for name in ("site", "site_name")}
        return {**super().each_context(request), **named}


class BlogAdminConfig(AdminConfig):
    """Makes `BlogAdminSite` the default site of django.contrib.admin."""

    default_site = "blogsite.admin.BlogAdminSite"
