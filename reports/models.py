"""A visitor's report, the case it belongs to, and the decisions taken on it.

One case per article or package gathers all reports about it. Reports and decisions
outlive what they are about, so a case names its subject by model and number (a kind may be
changed by an editor, these may not) and keeps its title; both are only ever added.
"""

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from content import kinds
from content.models import Content, Moderation

# Without 0, O, 1, I and L: a code is read aloud and typed.
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def make_code() -> str:
    """A case's public code: 12 characters, about 59 bits, not to be guessed."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _index in range(12))


class Reason(models.TextChoices):
    """What a visitor says is wrong."""

    COPYRIGHT = "copyright", _("It infringes copyright.")
    ILLEGAL = "illegal", _("It is illegal.")
    MALWARE = "malware", _("It contains malicious code.")
    PRIVACY = "privacy", _("It exposes personal data.")
    WRONG = "wrong", _("It is wrong or outdated.")
    SPAM = "spam", _("It is advertising or spam.")
    OTHER = "other", _("Another reason.")


class CaseQuerySet(models.QuerySet["Case"]):
    """Questions that can be asked of cases."""

    def waiting(self) -> "CaseQuerySet":
        """With a report that nobody has decided on."""
        return self.filter(state=Case.State.OPEN)


class Case(models.Model):
    """Everything that was reported and decided about one article or package."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("decided")

    code = models.CharField(_("code"), max_length=12, unique=True, default=make_code)
    model = models.CharField(max_length=50, editable=False)  # "articles.article"
    object_id = models.BigIntegerField(editable=False)
    # What the subject was when it was last reported or decided on; see `remember()`.
    kind = models.CharField(_("kind"), max_length=20)
    title = models.CharField(_("title"), max_length=150)
    address = models.CharField(_("address"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(fields=["model", "object_id"], name="reports_case_one_each"),
        ]
        indexes = [models.Index(fields=["state", "-changed_at"], name="reports_case_queue")]
        permissions = [("decide_case", _("Can decide on cases"))]

    def __str__(self) -> str:
        return f"{self.code} · {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reports:case", args=[self.code])

    @property
    def subject(self) -> Content | None:
        """The reported content, whatever its state and kind; None once it was purged."""
        for model in kinds.models():
            if model._meta.label_lower == self.model:
                return model._default_manager.filter(pk=self.object_id).first()
        return None

    def remember(self, content: Content) -> None:
        """Keep what the case shows of its subject, for when there is none any more."""
        self.kind = content.kind
        self.title = content.title
        self.address = content.get_absolute_url()


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that are only ever added, whichever way one tries to change them."""

    def update(self, **kwargs: Any) -> int:
        raise PermissionDenied(self.model.UNCHANGEABLE)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise PermissionDenied(self.model.UNCHANGEABLE)

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        if kwargs.get("update_conflicts"):
            raise PermissionDenied(self.model.UNCHANGEABLE)
        return super().bulk_create(*args, **kwargs)


class AppendOnly(models.Model):
    """A row that stays as it was written."""

    UNCHANGEABLE: Any

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionDenied(self.UNCHANGEABLE)
        # Else Django would first try to update a row of the same number.
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise PermissionDenied(self.UNCHANGEABLE)


class Report(AppendOnly):
    """What one visitor said. Never changed by anybody."""

    UNCHANGEABLE = _("A report stays as it was sent.")

    case = models.ForeignKey(Case, models.PROTECT, related_name="reports", verbose_name=_("case"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    words = models.TextField(_("in your own words"), max_length=2000, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    # A daily-salted hash of the visitor's address, for throttling; no address is kept.
    visitor = models.CharField(max_length=64, editable=False, blank=True)
    created_at = models.DateTimeField(_("reported at"), auto_now_add=True)

    class Meta(AppendOnly.Meta):
        ordering = ["-created_at", "-pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [models.Index(fields=["visitor", "-created_at"], name="reports_report_visitor")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} · {_minute(self.created_at)}"


class Decision(AppendOnly):
    """What an admin decided, when and why. It is reversed by another decision."""

    UNCHANGEABLE = _("A decision is never changed; take another one.")

    class Action(models.TextChoices):
        # With a context: admin's own "Remove" means something else.
        QUARANTINE = "quarantine", pgettext_lazy("decision", "Quarantine")
        REMOVE = "remove", pgettext_lazy("decision", "Remove")
        RESTORE = "restore", pgettext_lazy("decision", "Restore")
        DISMISS = "dismiss", pgettext_lazy("decision", "Dismiss the reports")

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions", verbose_name=_("case"))
    action = models.CharField(_("decision"), max_length=12, choices=Action.choices)
    reason = models.TextField(_("reason"), max_length=2000)
    state_before = models.CharField(_("before"), max_length=12)
    state_after = models.CharField(_("after"), max_length=12)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="decisions",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), auto_now_add=True)

    class Meta(AppendOnly.Meta):
        ordering = ["decided_at", "pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="reports_decision_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} · {_minute(self.decided_at)}"

    @property
    def change(self) -> str:
        """What the content's state was and became; empty when it stayed as it was."""
        if self.state_before == self.state_after:
            return ""
        labels = dict(Moderation.choices)
        return f"{labels[self.state_before]} → {labels[self.state_after]}"


def _minute(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
