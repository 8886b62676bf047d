"""The report form, and the public page of the case that a report leads to."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import FormView

from content import kinds
from content.addresses import AddressedMixin, shown
from content.visitors import visitor_hash

from . import services
from .forms import ReportForm
from .models import Case, Report

# From one visitor; more is taken for a program, or for anger that has been heard.
REPORTS_PER_HOUR = 10


@method_decorator(never_cache, "dispatch")
class ReportView(AddressedMixin, FormView):
    """Report an article or a package."""

    template_name = "reports/report_form.html"
    form_class = ReportForm

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.visitor = visitor_hash(request)

    def get_subject(self) -> Any:
        try:
            rows = kinds.get(self.kwargs["kind"]).objects()
        except KeyError:
            raise Http404 from None
        return shown(get_object_or_404(rows.select_related("column"), pk=self.kwargs["pk"]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(content=self.get_subject(), **kwargs)

    def form_valid(self, form: ReportForm) -> HttpResponse:
        content = self.get_subject()
        since = timezone.now() - timedelta(hours=1)
        recent = Report.objects.filter(visitor=self.visitor, created_at__gte=since).count()
        if recent >= REPORTS_PER_HOUR:
            form.add_error(None, _("You have sent many reports. Please try again in an hour."))
            response = self.form_invalid(form)
            response.status_code = 429
            return response
        report: Report = form.save(commit=False)
        report.visitor = self.visitor
        case = services.file_report(content, report)
        return redirect(f"{reverse('reports:case', args=[case.code])}?thanks=1")


@require_safe
@never_cache
def case_detail(request: HttpRequest, code: str) -> HttpResponse:
    """What was reported and decided, for whoever has the code; nobody's words or contact."""
    case = get_object_or_404(Case, code=code.upper())
    context = {
        "case": case,
        "reports": case.reports.defer("words", "contact"),
        "decisions": case.decisions.all(),
        "thanks": "thanks" in request.GET,
    }
    response = render(request, "reports/case_detail.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
