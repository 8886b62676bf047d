"""What articles and packages share: columns, tags, authors, addresses, pictures, visibility."""

from .addresses import Addressed, OldAddress
from .authors import Author
from .base import Content
from .columns import Column
from .counting import FoldedSpool, Visit, VisitorSalt
from .imports import ImportRecord
from .jobs import Job
from .pictures import Picture, PictureUse
from .querysets import ContentQuerySet
from .sayings import Command, Verse
from .site import SiteLink, SiteSettings
from .stamps import Stamp
from .states import Moderation, Status
from .tags import Tag, TagAlias, TaggedItem

__all__ = [
    "Addressed",
    "Author",
    "Column",
    "Command",
    "Content",
    "ContentQuerySet",
    "FoldedSpool",
    "ImportRecord",
    "Job",
    "Moderation",
    "OldAddress",
    "Picture",
    "PictureUse",
    "SiteLink",
    "SiteSettings",
    "Stamp",
    "Status",
    "Tag",
    "TagAlias",
    "TaggedItem",
    "Verse",
    "Visit",
    "VisitorSalt",
]
