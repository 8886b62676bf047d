"""The writer's desk: what the admins of articles and packages share, and columns to pictures."""

from .authors import AuthorAdmin
from .base import ContentAdmin
from .columns import ColumnAdmin
from .logins import BlogGroupAdmin, BlogUserAdmin
from .pictures import PictureAdmin
from .sayings import CommandAdmin, VerseAdmin
from .site import SiteLinkAdmin, SiteSettingsAdmin
from .tags import TagAdmin

__all__ = [
    "AuthorAdmin",
    "BlogGroupAdmin",
    "BlogUserAdmin",
    "ColumnAdmin",
    "CommandAdmin",
    "ContentAdmin",
    "PictureAdmin",
    "SiteLinkAdmin",
    "SiteSettingsAdmin",
    "TagAdmin",
    "VerseAdmin",
]
