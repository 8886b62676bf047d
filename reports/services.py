"""What changes a case: a visitor's report, and an admin's decision.

Each is one transaction over several tables, with more than one caller; the search index
hears of a decision through the outbox, in the same transaction.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from content.models import Content, Moderation

from .models import Case, Decision, Report

Action = Decision.Action

# From each state of the content, which decisions make sense and where they lead.
TRANSITIONS: dict[str, dict[str, str]] = {
    Moderation.CLEAR: {
        Action.QUARANTINE: Moderation.QUARANTINED,
        Action.REMOVE: Moderation.REMOVED,
        Action.DISMISS: Moderation.CLEAR,
    },
    Moderation.QUARANTINED: {
        Action.REMOVE: Moderation.REMOVED,
        Action.RESTORE: Moderation.CLEAR,
        Action.DISMISS: Moderation.QUARANTINED,
    },
    Moderation.REMOVED: {
        Action.RESTORE: Moderation.CLEAR,
        Action.DISMISS: Moderation.REMOVED,
    },
}


def open_case(content: Content) -> Case:
    """The case of `content`, made when there is none yet."""
    case, _is_new = Case.objects.get_or_create(
        model=content._meta.label_lower,
        object_id=content.pk,
        defaults={
            "kind": content.kind,
            "title": content.title,
            "address": content.get_absolute_url(),
            "state": Case.State.CLOSED,
        },
    )
    return case


def file_report(content: Content, report: Report) -> Case:
    """Add a visitor's report to the case of `content`, which waits for a decision again."""
    with transaction.atomic():
        # Locked, so that a decision is taken before this report or after it, and so that the
        # reports of a case are numbered in the order in which admins get to see them.
        case = Case.objects.select_for_update().get(pk=open_case(content).pk)
        report.case = case
        report.save()
        case.state = Case.State.OPEN
        case.remember(content)
        case.save()
    return case


def allowed_actions(content: Content | None) -> list[Decision.Action]:
    """The decisions that make sense now; a purged subject leaves only dismissal."""
    if content is None:
        return [Action.DISMISS]
    return [Action(action) for action in TRANSITIONS[content.moderation]]


def newest_report(case: Case) -> int:
    """The number of the newest report of a case, for `seen` of `decide()`; 0 without any."""
    return case.reports.aggregate(newest=Max("pk"))["newest"] or 0


def decide(
    *, case: Case, action: str, reason: str, decided_by: Any, seen: int | None = None
) -> Decision:
    """Take a decision: history, state of the content and of the case, in one transaction.

    `seen` is the newest report that the admin has read; a newer one is not closed unread.
    Raises `ValidationError` when there is no reason, when a newer report is there, or when
    the content's state, perhaps changed meanwhile by another admin, does not allow this.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Give a reason; it stays in the history.")})
    with transaction.atomic():
        # The lock makes two admins who decide at once take turns.
        case = Case.objects.select_for_update().get(pk=case.pk)
        if seen is not None and newest_report(case) > seen:
            raise ValidationError(
                _("Another report has arrived meanwhile. Please read it before you decide.")
            )
        content = case.subject
        if action not in allowed_actions(content):
            raise ValidationError({"action": _("The present state does not allow this decision.")})
        before = content.moderation if content else "purged"
        after = TRANSITIONS[before][action] if content else before
        decision = Decision.objects.create(
            case=case,
            action=action,
            reason=reason.strip(),
            state_before=before,
            state_after=after,
            decided_by=decided_by,
        )
        if content is not None:
            if after != before:
                content.set_moderation(Moderation(after))
            case.remember(content)
        case.state = Case.State.CLOSED
        case.save()
    return decision
