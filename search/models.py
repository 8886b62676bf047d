"""The outbox that feeds the search engines, and the engines it feeds."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Engine(models.Model):
    """One index that is kept in step: a host's embedded one, or a shared server's.

    A host registers its embedded index when its worker first runs; one unseen for a week
    is forgotten with its outbox rows, and rebuilds on return.
    """

    name = models.CharField(_("name"), max_length=150, unique=True)
    connection = models.CharField(_("connection"), max_length=50)
    host = models.CharField(_("host"), max_length=100, blank=True)
    seen_at = models.DateTimeField(_("last seen"))
    built_at = models.DateTimeField(_("last built"), null=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("search engine")
        verbose_name_plural = _("search engines")

    def __str__(self) -> str:
        return self.name


class OutboxRow(models.Model):
    """That an object changed and an engine has not heard of it yet.

    It names an object, not its content: whoever drains it reads the object's present
    state, so repetition and order do not matter. `change` is new with every change; a
    row is only deleted while it still carries the change that was read.
    """

    engine = models.ForeignKey(
        Engine, models.CASCADE, related_name="outbox", verbose_name=_("search engine")
    )
    model = models.CharField(_("model"), max_length=100)
    object_id = models.CharField(_("object"), max_length=50)
    change = models.UUIDField(default=uuid.uuid4)
    changed_at = models.DateTimeField(_("changed at"))
    due_at = models.DateTimeField(_("due at"))
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)
    parked = models.BooleanField(_("parked"), default=False)

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("outbox row")
        verbose_name_plural = _("outbox rows")
        constraints = [
            models.UniqueConstraint(
                fields=["engine", "model", "object_id"], name="search_outboxrow_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["engine", "parked", "due_at"], name="search_outboxrow_due"),
        ]

    def __str__(self) -> str:
        return f"{self.model}.{self.object_id} → {self.engine}"
