"""The glossary in admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles.models import Term
from content.tagging import parse_tags


class NamesField(forms.CharField):
    """A list of names in one text field, separated by commas as tags are."""

    def prepare_value(self, value: Any) -> Any:
        return "，".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return parse_tags(super().to_python(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class TermForm(forms.ModelForm):
    """A term with its other names as text."""

    aliases = NamesField(
        label=_("other names"),
        required=False,
        help_text=_("As articles write it, for example “checkpoint”. Separated by commas."),
        widget=forms.TextInput({"class": "vTextField"}),
    )

    class Meta:
        model = Term
        fields = ["name", "aliases", "explanation", "is_marked"]
        widgets = {"explanation": forms.Textarea({"rows": 4, "class": "vLargeTextField"})}


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    """Terms are found by all their names."""

    form = TermForm
    list_display = ["name", "other_names", "explanation", "is_marked", "page"]
    list_filter = ["is_marked"]
    search_fields = ["name"]
    search_help_text = _("Searches terms and their other names.")
    list_per_page = 100

    @admin.display(description=_("other names"))
    def other_names(self, term: Term) -> str:
        return "，".join(term.aliases)

    @admin.display(description=_("page"))
    def page(self, term: Term) -> str:
        return format_html('<a href="{}">{}</a>', term.get_absolute_url(), _("View"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Term], search_term: str
    ) -> tuple[QuerySet[Term], bool]:
        found, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        words = search_term.casefold().split()
        if not words:
            return found, may_have_duplicates
        # In Python: SQLite keeps JSON with escapes in the place of Chinese.
        keys = [
            key
            for key, aliases in Term.objects.values_list("pk", "aliases")
            if any(all(word in alias.casefold() for word in words) for alias in aliases)
        ]
        return found | queryset.filter(pk__in=keys), may_have_duplicates
