"""What visitors look for, and what an admin does about it: the desk of search in admin."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Max, Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from haystack.exceptions import SearchBackendError
from haystack.query import SearchQuerySet
from haystack.utils import get_model_ct

from . import fallback, pins, querystats, segmentation, vocabulary
from .admin_health import HealthViews
from .admin_vocabulary import PinForm, SynonymForm, WordForm, subjects, try_it
from .inputs import ReaderQuery
from .models import Pin, QueryCount, Synonym, folded_query
from .querystats import Only

PER_PAGE = 50
SHOWN_RESULTS = 10
TABS = [
    (Only.ALL, _("All queries")),
    (Only.EMPTY, _("Without results")),
    (Only.UNCLICKED, _("Without clicks")),
]
_ACTIONS = {
    "pin": "search.add_pin",
    "pin_address": "search.add_pin",
    "unpin": "search.delete_pin",
    "synonym": "search.add_synonym",
    "word": "search.add_word",
}


@admin.register(QueryCount)
class QueryCountAdmin(HealthViews, admin.ModelAdmin):
    """Queries of the last days in place of the rows, and a page for each query."""

    class Media:
        css = {"all": ["search/operations.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="search_querycount_changelist"),
            path("query/", view(self.query_view), name="search_querycount_query"),
            *self.health_urls(),
        ]

    def page(
        self, request: HttpRequest, template: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        """One of the pages of this desk, in the frame of the admin."""
        frame = self.admin_site.each_context(request)
        facts = {"opts": self.opts, "title": title, "media": self.media}
        return TemplateResponse(request, f"admin/search/{template}", {**frame, **facts, **context})

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Queries of the last days with counts: all, without results, without clicks."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        days = _chosen_days(request)
        chosen = next((only for only in Only if only == request.GET.get("only")), Only.ALL)
        containing = request.GET.get("containing", "")[:100]
        tally = querystats.tally(days, containing)
        rows = querystats.asked(days, chosen, containing)
        paginator = Paginator(rows, PER_PAGE)
        paginator.count = tally[chosen]  # counted already
        page = paginator.get_page(request.GET.get("p"))
        page.object_list = list(page.object_list)
        shown = [row["query"] for row in page.object_list]
        pinned = set(Pin.objects.filter(query__in=shown).values_list("query", flat=True))
        for row in page.object_list:
            row["is_pinned"] = row["query"] in pinned
        context = {
            "page": page,
            "days": days,
            "periods": querystats.PERIODS,
            "tabs": [(only, label, tally[only]) for only, label in TABS],
            "chosen": chosen,
            "containing": containing,
            "may": _may(request),
        }
        return self.page(request, "queries.html", str(_("Search operations")), context)

    # One query

    def query_view(self, request: HttpRequest) -> HttpResponse:
        """What one query finds now, and the forms that change it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        text = folded_query(request.GET.get("q", ""))
        if not text:
            return HttpResponseRedirect(reverse("admin:search_querycount_changelist"))
        bound: dict[str, forms.BaseForm] = {}
        if request.method == "POST":
            action = request.POST.get("do", "")
            if action not in _ACTIONS or not request.user.has_perm(_ACTIONS[action]):
                raise PermissionDenied
            form = self._done(request, text, action)
            if form is None:
                here = reverse("admin:search_querycount_query")
                return HttpResponseRedirect(f"{here}?{urlencode({'q': text})}")
            bound[action] = form
        title = str(_("Query “%(query)s”") % {"query": text})
        return self.page(request, "query.html", title, self._of_query(request, text, bound))

    def _of_query(
        self, request: HttpRequest, text: str, bound: dict[str, forms.BaseForm]
    ) -> dict[str, Any]:
        lessons = vocabulary.present()
        words = [word for run in segmentation.read(text, lessons) for word in run.words]
        touching = {word.text for word in words} | {text}
        pinned = list(Pin.objects.filter(query=text)[: pins.MAX_PINS + 1])
        rows = subjects([(pin.model, pin.object_id) for pin in pinned])
        shown = {(pin.model, pin.object_id) for pin in pinned}
        found = _found(text)
        return {
            "query": text,
            "facts": [(days, querystats.of_query(text, days)) for days in querystats.PERIODS],
            "words": words,
            "groups": [
                group
                for group in Synonym.objects.all()[: vocabulary.MAX_ROWS]
                if touching & set(group.words)
            ],
            "pinned": [(pin, rows.get((pin.model, pin.object_id))) for pin in pinned],
            "is_full": len(pinned) >= pins.MAX_PINS,
            "results": None
            if found is None
            else [
                (row, f"{label}.{key}", (label, key) in shown)
                for (label, key), row in found.items()
            ],
            "pin_form": bound.get("pin_address") or PinForm(),
            "synonym_form": bound.get("synonym") or SynonymForm(initial={"words": f"{text}, "}),
            "word_form": bound.get("word") or WordForm(initial={"text": text}),
            "may": _may(request),
        }

    def _done(self, request: HttpRequest, text: str, action: str) -> forms.BaseForm | None:
        """Do what was asked for; the form that refuses it, if one does."""
        match action:
            case "unpin":
                self._unpin(request, text)
            case "pin":
                label, _dot, key = request.POST.get("pin", "").rpartition(".")
                row = subjects([(label, key)]).get((label, key))
                if row is None:
                    messages.warning(request, _("Visitors cannot see this result any more."))
                else:
                    self._pin(request, text, row)
            case "pin_address":
                form = PinForm(request.POST)
                if not form.is_valid():
                    return form
                self._pin(request, text, form.cleaned_data["address"])
            case _:
                form = {"synonym": SynonymForm, "word": WordForm}[action](request.POST)
                if not form.is_valid():
                    return form
                saved = form.save()
                self.log_addition(request, saved, [{"added": {}}])
                self._say(request, str(_("Search knows it from now on.")), text)
        return None

    def _pin(self, request: HttpRequest, text: str, row: Model) -> None:
        of_query = Pin.objects.filter(query=text)
        if of_query.count() >= pins.MAX_PINS:
            sentence = _("A query has at most %(number)s pinned results.")
            messages.warning(request, sentence % {"number": pins.MAX_PINS})
            return
        last = of_query.aggregate(last=Max("position"))["last"]
        pin = Pin(
            query=text,
            model=row._meta.label_lower,
            object_id=str(row.pk),
            position=0 if last is None else last + 1,
        )
        try:
            with transaction.atomic():
                pin.save()
        except IntegrityError:
            messages.warning(request, _("This result is pinned to that query already."))
            return
        self.log_addition(request, pin, [{"added": {}}])
        sentence = str(_("“%(title)s” stands first from now on.") % {"title": row})
        self._say(request, sentence, text)

    def _unpin(self, request: HttpRequest, text: str) -> None:
        key = request.POST.get("pin", "")[:18]
        found = (
            Pin.objects.filter(query=text, pk=int(key)) if key.isdecimal() else Pin.objects.none()
        )
        if found:
            self.log_deletions(request, found)
            found.delete()
            self._say(request, str(_("The result is not pinned any more.")), text)

    def _say(self, request: HttpRequest, text: str, query: str) -> None:
        messages.success(request, try_it(text, query))


def _found(text: str) -> dict[tuple[str, str], Model] | None:
    """What visitors find now with this query, without its pins; None when nobody answers."""
    query = ReaderQuery(text, lessons=vocabulary.present())

    def question(alias: str) -> list[tuple[str, str]]:
        asked = SearchQuerySet(using=alias).filter(content=query, published_at__lte=timezone.now())[
            :SHOWN_RESULTS
        ]
        return [(get_model_ct(hit.model), str(hit.pk)) for hit in asked]

    try:
        hits = fallback.ask(question).value
    except SearchBackendError:
        return None
    rows = subjects(hits)
    return {key: rows[key] for key in hits if key in rows}


def _chosen_days(request: HttpRequest) -> int:
    days = request.GET.get("days", "")
    return int(days) if days in {str(period) for period in querystats.PERIODS} else 7


def _may(request: HttpRequest) -> dict[str, bool]:
    """What this person may do, for the templates."""
    may = {action: request.user.has_perm(needed) for action, needed in _ACTIONS.items()}
    may["teach"] = any(may.values())
    may["health"] = request.user.has_perm("search.view_engine")
    may["change_synonym"] = request.user.has_perm("search.change_synonym")
    return may
