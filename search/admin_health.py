"""The state of the indexes in admin: which one answers, what each lacks; check and repair."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from haystack import connections
from haystack.constants import DEFAULT_ALIAS
from haystack.exceptions import SearchBackendError
from haystack.query import SearchQuerySet

from . import fallback, inspection, registry
from .engines import deadline
from .models import Engine, OutboxRow

# An admin waits longer than a visitor, but not for an engine that is gone.
ANSWER_SECONDS = 2.0


class HealthViews(admin.ModelAdmin):
    """The page of the indexes, part of the desk of search."""

    def health_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.health_view)
        return [path("health/", view, name="search_querycount_health")]

    def health_view(self, request: HttpRequest) -> HttpResponse:
        """Each engine with what it lacks; a check takes some seconds at most."""
        if not request.user.has_perm("search.view_engine"):
            raise PermissionDenied
        may_repair = request.user.has_perm("search.change_outboxrow")
        checked: dict[int, inspection.Inspection] = {}
        if request.method == "POST":
            engine = _asked_for(request)
            if engine is None:
                return HttpResponseRedirect(reverse("admin:search_querycount_health"))
            if request.POST.get("do") == "repair" and not may_repair:
                raise PermissionDenied
            try:
                checked[engine.pk] = inspection.inspect(engine)
                if request.POST.get("do") == "repair":
                    count = inspection.repair(engine, checked.pop(engine.pk))
                    messages.success(request, _sentence(count))
                    return HttpResponseRedirect(reverse("admin:search_querycount_health"))
            except (SearchBackendError, OSError):
                messages.error(request, _("The engine does not answer."))
        engines = _engines()
        for engine in engines:
            engine.checked = checked.get(engine.pk)
        context = {
            "engines": engines,
            "answer": _documents_by_kind(),
            "parked": OutboxRow.objects.filter(parked=True).select_related("engine")[:20],
            "may_repair": may_repair,
            "may_see_rows": request.user.has_perm("search.view_outboxrow"),
        }
        return self.page(request, "health.html", str(_("State of the indexes")), context)

    def page(
        self, request: HttpRequest, template: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        """One of the pages of this desk; the admin that has them says how."""
        raise NotImplementedError


def _engines() -> list[Any]:
    """Every engine with `waiting`, `oldest`, `parked`, `held`, and whether it is the one to ask."""
    waits = Q(outbox__parked=False)
    rows: list[Any] = list(
        Engine.objects.annotate(
            waiting=Count("outbox", filter=waits),
            oldest=Min("outbox__changed_at", filter=waits),
            parked=Count("outbox", filter=Q(outbox__parked=True)),
        )
    )
    local = {name: alias for alias, name in registry.local_names().items()}
    for engine in rows:
        engine.is_local = engine.name in local
        # The row says by which name another host knows it, perhaps.
        engine.connection = local.get(engine.name, engine.connection)
        engine.in_use = engine.is_local and engine.connection == DEFAULT_ALIAS
        engine.held = _held(engine) if engine.is_local else None
    return rows


def _held(engine: Engine) -> int | None:
    """How many documents the index has; None when it does not answer."""
    try:
        with deadline.within(ANSWER_SECONDS):
            return connections[engine.connection].get_backend().document_count()
    except (SearchBackendError, OSError):
        return None


def _documents_by_kind() -> fallback.Answer[list[tuple[str, int]]] | None:
    """What the engine that answers visitors holds, by the kinds that the search page offers.

    None when nobody answers.
    """
    named = getattr(settings, "SEARCH_CHOICES", {}).get("kind")
    labels = {value: label for value, label, *_rest in import_string(named)()} if named else {}

    def question(alias: str) -> list[tuple[str, int]]:
        counts = SearchQuerySet(using=alias).facet("kind").facet_counts() if labels else {}
        found = counts.get("fields", {}).get("kind", [])
        return [(labels.get(kind, kind), number) for kind, number in found]

    try:
        return fallback.ask(question)
    except SearchBackendError:
        return None


def _asked_for(request: HttpRequest) -> Engine | None:
    """The engine of the button that was pressed, if this host can write to it."""
    key = request.POST.get("engine", "")
    return next((each for each in registry.local_engines() if str(each.pk) == key), None)


def _sentence(count: int) -> str:
    if not count:
        return str(_("Nothing differs."))
    text = ngettext(
        "%(count)d document is written again or removed.",
        "%(count)d documents are written again or removed.",
        count,
    )
    return text % {"count": count}
