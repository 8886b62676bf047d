"""The form with which a visitor says that something should not be there."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .models import Reason, Report


class ReportForm(forms.ModelForm):
    """A reason, words of one's own, and a contact if one wants an answer."""

    reason = forms.ChoiceField(
        label=_("What is wrong?"), choices=Reason.choices, widget=forms.RadioSelect
    )
    # People do not see this field, programs fill it in.
    website = forms.CharField(
        label=_("Leave this empty."), required=False, widget=forms.TextInput({"tabindex": "-1"})
    )

    class Meta:
        model = Report
        fields = ["reason", "words", "contact"]
        labels = {
            "words": _("In your own words (optional)"),
            "contact": _("How can we reach you? (optional)"),
        }
        help_texts = {
            "words": _("What exactly, and where? At most 2000 characters."),
            "contact": _("An e-mail address or another contact; only admins see it."),
        }
        widgets = {
            "words": forms.Textarea({"rows": 6, "maxlength": 2000}),
            "contact": forms.TextInput({"autocomplete": "email"}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("website"):
            raise ValidationError(_("This looks like a program's report. Please try once more."))
        if cleaned.get("reason") == Reason.OTHER and not cleaned.get("words", "").strip():
            self.add_error("words", _("Please say what is wrong."))
        return cleaned
