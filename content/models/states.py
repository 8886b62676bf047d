"""The two states of content: what editors decide, and what admins decided about a report."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """What editors decide. Scheduled is not a status: it is published with a later time."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


class Moderation(models.TextChoices):
    """What admins decided about a report. Written only by `reports`."""

    CLEAR = "clear", _("clear")
    QUARANTINED = "quarantined", _("quarantined")
    REMOVED = "removed", _("removed")
