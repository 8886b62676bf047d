"""The site's own admin: Django's, with our title and an index that begins with the work."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class BlogAdminSite(admin.AdminSite):
    """Django's admin under the name of the site."""

    site_title = _("Site administration")
    site_header = _("Site administration")
    index_title = _("Desk")
    # Beside it, the lists of content did not fit into a window of 1280 pixels.
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "site_name": settings.SITE_NAME}


class BlogAdminConfig(AdminConfig):
    """Makes `BlogAdminSite` the default site of django.contrib.admin."""

    default_site = "blogsite.admin.BlogAdminSite"
