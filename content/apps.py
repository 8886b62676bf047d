from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "content"
    verbose_name = _("Content")

    def ready(self) -> None:
        from . import accounts, stamps
        from .models import (
            Author,
            Column,
            Command,
            Picture,
            SiteLink,
            SiteSettings,
            Tag,
            TagAlias,
            TaggedItem,
            Verse,
        )

        stamps.follow([Column], stamps.COLUMNS, stamps.CONTENT)
        stamps.follow([Tag, TagAlias, TaggedItem, Author, Picture], stamps.CONTENT)
        stamps.follow([Command, SiteLink, SiteSettings, Verse], stamps.SITE)
        # Of every app: each has its rights only once it was migrated itself.
        post_migrate.connect(accounts.ensure_groups, dispatch_uid="content-groups")
