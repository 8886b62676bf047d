"""What articles and packages share: columns, tags, authors, addresses, pictures, visibility."""

from .addresses import Addressed, OldAddress
from .authors import Author
from .base import Content
from .columns import Column
from .counting import FoldedSpool
from .imports import ImportRecord
from .jobs import Job
from .pictures import Picture, PictureUse
from .querysets import ContentQuerySet
from .states import Moderation, Status
from .tags import Tag, TaggedItem

__all__ = [
    "Addressed",
    "Author",
    "Column",
    "Content",
    "ContentQuerySet",
    "FoldedSpool",
    "ImportRecord",
    "Job",
    "Moderation",
    "OldAddress",
    "Picture",
    "PictureUse",
    "Status",
    "Tag",
    "TaggedItem",
]
