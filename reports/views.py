"""The report form, and the public page of the case that a report leads to."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import FormView

from content import kinds
from content.addresses import AddressedMixin, shown

from . import services, throttling
from .forms import ReportForm
from .models import Case, Report


@method_decorator(never_cache, "dispatch")
class ReportView(AddressedMixin, FormView):
    """Report an article or a package."""

    template_name = "reports/report_form.html"
    form_class = ReportForm

    def get_subject(self) -> Any:
        try:
            model = kinds.get(self.kwargs["kind"]).model
        except KeyError:
            raise Http404 from None
        # By its model: the kind may have been changed since the visitor opened the page.
        rows = model._default_manager.select_related("column")
        return shown(get_object_or_404(rows, pk=self.kwargs["pk"]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(content=self.get_subject(), **kwargs)

    def form_valid(self, form: ReportForm) -> HttpResponse:
        content = self.get_subject()
        if not throttling.may_report(self.request):
            form.add_error(None, _("You have sent many reports. Please try again in an hour."))
            response = self.form_invalid(form)
            response.status_code = 429
            return response
        report: Report = form.save(commit=False)
        report.visitor = throttling.visitor_key(self.request)
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
