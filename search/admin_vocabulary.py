"""What admins teach search: words, synonyms and pinned results, live with the next query."""

import re
from collections import defaultdict
from typing import Any
from urllib.parse import quote

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from haystack import connections

from .models import Pin, Synonym, Word

_SEPARATORS = re.compile(r"[,，、;；=＝\n]+")


class SynonymForm(forms.ModelForm):
    """A group of synonyms in one line of text."""

    words = forms.CharField(
        label=_("words"),
        max_length=500,
        widget=forms.TextInput({"class": "vLargeTextField"}),
        help_text=_("Two to ten, separated by commas, for example: k8s, kubernetes."),
    )

    class Meta:
        model = Synonym
        fields = ("words",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["words"] = ", ".join(self.instance.words)

    def clean_words(self) -> list[str]:
        return [word.strip() for word in _SEPARATORS.split(self.cleaned_data["words"])]


class WordForm(forms.ModelForm):
    """One word that queries are cut at."""

    class Meta:
        model = Word
        fields = ("text",)


class PinForm(forms.Form):
    """A result to pin, named by the address of its page."""

    address = forms.CharField(
        label=_("address of the page"),
        max_length=500,
        widget=forms.TextInput({"class": "vLargeTextField", "placeholder": "/…/"}),
    )

    def clean_address(self) -> Model:
        subject = subject_at(self.cleaned_data["address"])
        if subject is None:
            raise ValidationError(_("No page that visitors find by search has this address."))
        return subject


def subject_at(address: str) -> Model | None:
    """What visitors may see at this address of the site, if search holds it.

    The parts of the address name its row, as with every detail view; one query a model.
    """
    path = "/" + re.sub(r"\A(?:https?://[^/]*)?/*|[?#].*\Z", "", address.strip())
    try:
        match = resolve(path)
    except Resolver404:
        return None
    for model, index in connections["default"].get_unified_index().get_indexes().items():
        names = {field.name for field in model._meta.get_fields()} | {"pk"}
        if match.kwargs and set(match.kwargs) <= names:
            row = index.read_queryset().filter(**match.kwargs).first()
            if row is not None and row.get_absolute_url() in (path, quote(path)):
                return row
    return None


def subjects(keys: list[tuple[str, str]]) -> dict[tuple[str, str], Model]:
    """The rows that visitors may see of these (model, key); one query a model."""
    by_model: dict[str, list[str]] = defaultdict(list)
    for label, key in keys:
        by_model[label].append(key)
    indexes = connections["default"].get_unified_index().get_indexes()
    found: dict[tuple[str, str], Model] = {}
    for label, some in by_model.items():
        try:
            index = indexes.get(apps.get_model(label))
        except (LookupError, ValueError):
            index = None  # of an app that is not installed any more
        if index is not None:
            for row in index.read_queryset().filter(pk__in=some):
                found[label, str(row.pk)] = row
    return found


def try_it(text: str, query: str) -> SafeString:
    """A sentence, and a link to what visitors now find with this query."""
    url = f"{reverse('search:page')}?q={quote(query)}"
    return format_html('{} <a href="{}" target="_blank">{}</a>', text, url, _("Try it"))


class _LiveAdmin(admin.ModelAdmin):
    """Says after saving that the change is live, and where to see it."""

    def query_to_try(self, obj: Any) -> str:
        """A query that meets what was changed."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        text = str(_("Search knows it from now on."))
        messages.success(request, try_it(text, self.query_to_try(obj)))


@admin.register(Word)
class WordAdmin(_LiveAdmin):
    """Words of the trade that the dictionary does not know."""

    form = WordForm
    list_display = ["text", "added_at"]
    search_fields = ["text"]
    list_per_page = 100

    def query_to_try(self, obj: Word) -> str:
        return obj.text


@admin.register(Synonym)
class SynonymAdmin(_LiveAdmin):
    """Groups of words that count as each other."""

    form = SynonymForm
    list_display = ["__str__", "added_at"]
    # The list of words is kept as text, so it can be looked through as text.
    search_fields = ["words"]
    ordering = ["-pk"]
    list_per_page = 100

    def query_to_try(self, obj: Synonym) -> str:
        return obj.words[0]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        if not search_term:
            return queryset, False
        # Databases differ in how they look into JSON; there are few enough to look here.
        term = search_term.strip().casefold()
        rows = queryset.values_list("pk", "words")
        keys = [pk for pk, words in rows if any(term in word for word in words)]
        return queryset.filter(pk__in=keys), False


@admin.register(Pin)
class PinAdmin(admin.ModelAdmin):
    """All pinned results; they are pinned on the page of their query, and undone here or there."""

    list_display = ["query", "subject", "position", "added_at"]
    list_display_links = None
    list_editable = ["position"]
    fields = ["position"]
    search_fields = ["query"]
    list_per_page = 100

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        # Nothing to fill in: the place is changed in the list.
        return HttpResponseRedirect(reverse("admin:search_pin_changelist"))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        keys = [(pin.model, pin.object_id) for pin in changelist.result_list]
        rows = subjects(keys)
        for pin in changelist.result_list:
            pin.row = rows.get((pin.model, pin.object_id))
        return changelist

    @admin.display(description=_("result"))
    def subject(self, pin: Any) -> SafeString | str:
        row = getattr(pin, "row", None)
        if row is None:
            return _("Not visible to visitors at present.")
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row)
