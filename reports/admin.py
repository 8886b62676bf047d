"""The admins' queue of cases: what was reported, what to decide, what was decided and why."""

import re
from collections import Counter
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from content import kinds
from content.models import Content

from . import services
from .models import Case, Decision, Report

Action = Decision.Action


class DecisionForm(forms.Form):
    """A decision and why. `seen` is the newest report that the page showed."""

    action = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        help_text=_(
            "Quarantine and removal take the page and its file away at once; either can be "
            "reversed. Dismissing the reports leaves the page as it is."
        ),
        error_messages={"invalid_choice": _("The present state does not allow this decision.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4, "class": "vLargeTextField"}),
        help_text=_(
            "It stays in the history, with your name and the time. Whoever reported it can read "
            "the reason, not your name."
        ),
    )
    seen = forms.IntegerField(min_value=0, required=False)

    def __init__(self, *args: Any, allowed: list[Action], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [(action.value, action.label) for action in allowed]

    def clean_seen(self) -> int:
        return self.cleaned_data["seen"] or 0


class BulkDecisionForm(forms.Form):
    """One reason for a decision on several cases."""

    reason = DecisionForm.base_fields["reason"]
    # The newest report of each case that the page named, "case:report" by commas.
    seen = forms.CharField(required=False, max_length=100_000)

    def clean_seen(self) -> dict[int, int]:
        pairs = re.findall(r"([0-9]{1,18}):([0-9]{1,18})", self.cleaned_data["seen"])
        return {int(case): int(report) for case, report in pairs}


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):
    """The queue. Cases are opened by reports, or from the page of an article or a package."""

    list_display = [
        "title",
        "state_mark",
        "reasons",
        "kind_label",
        "latest_decision",
        "changed",
    ]
    list_per_page = 50
    list_filter = ["state", "reports__reason", "decisions__action", "opened_at"]
    search_fields = ["title", "code", "reports__words"]
    search_help_text = _("Searches titles, codes and the words of the reports.")
    ordering = ["-state", "-changed_at"]
    actions = ["quarantine", "remove", "restore", "dismiss"]
    change_form_template = "admin/reports/case/decide.html"

    class Media:
        css = {"all": ["reports/case.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return (
            super()
            .get_queryset(request)
            .annotate(number_of_reports=Count("reports", distinct=True))
            .prefetch_related(
                "decisions", Prefetch("reports", Report.objects.only("case", "reason"))
            )
        )

    @admin.display(description=_("kind"), ordering="kind")
    def kind_label(self, case: Case) -> str:
        return str(dict(kinds.choices()).get(case.kind, case.kind))

    @admin.display(description=_("state"), ordering="state")
    def state_mark(self, case: Case) -> str:
        return format_html(
            '<span class="case-mark case-mark--{}">{}</span>', case.state, case.get_state_display()
        )

    @admin.display(description=_("reports"), ordering="number_of_reports")
    def reasons(self, case: Case) -> str:
        counted = Counter(report.get_reason_display() for report in case.reports.all())
        return _listed(counted) or "—"

    @admin.display(description=_("latest decision"))
    def latest_decision(self, case: Case) -> str:
        decisions = list(case.decisions.all())
        return decisions[-1].get_action_display() if decisions else "—"

    @admin.display(description=_("changed at"), ordering="changed_at")
    def changed(self, case: Case) -> str:
        return f"{timezone.localtime(case.changed_at):%Y-%m-%d %H:%M}"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("reports.decide_case")

    def get_urls(self) -> list[Any]:
        opening = path(
            "open/<str:kind>/<int:pk>/",
            self.admin_site.admin_view(self.open_view),
            name="reports_case_open",
        )
        return [opening, *super().get_urls()]

    def open_view(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """From an article or a package to its case, made when nobody reported it yet."""
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        try:
            content = kinds.get(kind).model._default_manager.filter(pk=pk).first()
        except KeyError:
            content = None
        if content is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        case = services.open_case(content)
        return HttpResponseRedirect(reverse("admin:reports_case_change", args=[case.pk]))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        case = self.get_object(request, object_id or "")
        if case is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id or "")
        if not self.has_view_or_change_permission(request, case):
            raise PermissionDenied
        subject = case.subject
        # Before the decision: what comes after this is marked as new, not taken for read.
        seen = request.POST.get("seen", "")
        form = DecisionForm(request.POST or None, allowed=services.allowed_actions(subject))
        if request.method == "POST":
            if not self.has_change_permission(request, case):
                raise PermissionDenied
            if form.is_valid() and self._decide(request, case, form):
                return HttpResponseRedirect(request.path)
        reports = list(Report.objects.filter(case=case))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": case.title,
            "subtitle": case.code,
            "case": case,
            "original": case,
            "kind": self.kind_label(case),
            "subject": subject,
            **_subject_urls(subject),
            "form": form,
            "reports": reports,
            "newest": max((report.pk for report in reports), default=0),
            "seen": int(seen) if re.fullmatch("[0-9]{1,18}", seen) else None,
            "new": _("new"),
            "decisions": case.decisions.select_related("decided_by"),
            "can_decide": self.has_change_permission(request, case),
            "media": self.media,
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.change_form_template, context)

    def _decide(self, request: HttpRequest, case: Case, form: DecisionForm) -> bool:
        try:
            decision = services.decide(case=case, decided_by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return False
        self.log_change(request, case, f"{decision.action}: {decision.reason}")
        messages.success(
            request, _("Decided: %(decision)s.") % {"decision": decision.get_action_display()}
        )
        return True

    # Bulk decisions, with one reason for all

    def _bulk(self, request: HttpRequest, cases: QuerySet[Case], action: str) -> Any:
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = BulkDecisionForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            rows = [(case, self.reasons(case)) for case in cases]
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": Action(action).label,
                "cases": rows,
                "seen": ",".join(f"{case.pk}:{_newest(case)}" for case in cases),
                "form": form,
                "action": action,
                "action_checkbox_name": admin.helpers.ACTION_CHECKBOX_NAME,
                "media": self.media,
            }
            return TemplateResponse(request, "admin/reports/case/decide_selected.html", context)
        done = 0
        for case in cases:
            try:
                services.decide(
                    case=case,
                    action=action,
                    reason=form.cleaned_data["reason"],
                    decided_by=request.user,
                    seen=form.cleaned_data["seen"].get(case.pk, 0),
                )
            except ValidationError as error:
                messages.error(request, f"{case.title}: {' '.join(error.messages)}")
            else:
                done += 1
        if done:
            messages.success(
                request,
                ngettext("Decided on %(count)d case.", "Decided on %(count)d cases.", done)
                % {"count": done},
            )
        return None

    @admin.action(description=Action.QUARANTINE.label, permissions=["change"])
    def quarantine(self, request: HttpRequest, queryset: QuerySet[Case]) -> Any:
        return self._bulk(request, queryset, Action.QUARANTINE)

    @admin.action(description=Action.REMOVE.label, permissions=["change"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Case]) -> Any:
        return self._bulk(request, queryset, Action.REMOVE)

    @admin.action(description=Action.RESTORE.label, permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Case]) -> Any:
        return self._bulk(request, queryset, Action.RESTORE)

    @admin.action(description=Action.DISMISS.label, permissions=["change"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Case]) -> Any:
        return self._bulk(request, queryset, Action.DISMISS)


def _listed(counted: Counter[str]) -> str:
    return pgettext("between two reasons", ", ").join(
        f"{label} × {number}" if number > 1 else label for label, number in counted.most_common()
    )


def _newest(case: Case) -> int:
    """As `services.newest_report()`, of the reports that were loaded with the case."""
    return max((report.pk for report in case.reports.all()), default=0)


def _subject_urls(subject: Content | None) -> dict[str, str]:
    """Where an admin edits the subject, and sees it even when visitors do not."""
    if subject is None:
        return {}
    name = f"admin:{subject._meta.app_label}_{subject._meta.model_name}"
    return {
        "subject_admin_url": reverse(f"{name}_change", args=[subject.pk]),
        "subject_preview_url": reverse(f"{name}_preview", args=[subject.pk]),
    }
