"""The site's own admin: Django's, with our title and an index that begins with the work."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class BlogAdminSite(admin.AdminSite):
    """Django's admin under the name of the site."""

    site_title = _("Site administration")
    site_header = _("Site administration")
    index_title = _("Desk")


class BlogAdminConfig(AdminConfig):
    """Makes `BlogAdminSite` the default site of django.contrib.admin."""

    default_site = "blogsite.admin.BlogAdminSite"
