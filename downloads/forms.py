"""The form of a package: what editors write, and the ZIP that becomes a release."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from content.forms import ContentForm

from . import archives, services, waiting
from .models import Package, Release

_LIMITS = _(
    "A ZIP of at most %(upload)d MiB, with at most %(entries)d entries of together at most "
    "%(unpacked)d MiB, one of them at most %(entry)d MiB; no links, no absolute paths, no "
    "password. Size, SHA-256 and listing are computed."
)


def _limits() -> str:
    mib = 1024**2
    return _LIMITS % {
        "upload": settings.PACKAGE_MAX_BYTES // mib,
        "entries": settings.PACKAGE_MAX_ENTRIES,
        "unpacked": settings.PACKAGE_MAX_UNPACKED_BYTES // mib,
        "entry": settings.PACKAGE_MAX_ENTRY_BYTES // mib,
    }


class PackageForm(ContentForm):
    """A package. An accepted file waits in `received` until the rest is right, too."""

    file = forms.FileField(
        label=_("ZIP file"),
        required=False,
        widget=forms.FileInput({"accept": ".zip,application/zip", "data-skip-preview": "1"}),
    )
    version = forms.CharField(
        label=_("Version"),
        required=False,
        max_length=Release._meta.get_field("version").max_length,
        validators=Release._meta.get_field("version").validators[:1],
        help_text=_("Of the file that you upload, for example 1.2.0. Older files stay."),
    )
    received = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta(ContentForm.Meta):
        model = Package

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.received_package: services.ReceivedPackage | None = None
        self.is_waiting = False
        if "file" in self.fields:
            self.fields["file"].help_text = _limits()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.for_preview and "file" in self.fields:
            self._receive(cleaned)
            self._check_version(cleaned)
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.received_package is not None and self.errors:
            self.keep_waiting()

    def keep_waiting(self) -> None:
        """Let the accepted file wait for the next try of this form."""
        if self.received_package is None or self.is_waiting:
            return
        self.is_waiting = True
        self.data = self.data.copy()
        self.data[self.add_prefix("received")] = waiting.token_for(self.received_package, self.user)
        # Escaped here: the admin shows help texts as they are.
        # The bound field, which copied the text when it was first looked at.
        self["file"].help_text = format_html(
            '<strong class="waiting">{}</strong> {}',
            _("“%(name)s” was received and is good; it need not be chosen again.")
            % {"name": self.received_package.file_name},
            self.fields["file"].help_text,
        )

    def _receive(self, cleaned: dict[str, Any]) -> None:
        upload, token = cleaned.get("file"), cleaned.get("received", "")
        earlier = waiting.take_up(token, self.user) if token else None
        if upload:
            if earlier is not None:
                earlier.discard()
            try:
                self.received_package = services.receive_package(upload, name=upload.name)
            except archives.ArchiveRefused as refused:
                self.add_error("file", str(refused))
            except ValidationError as error:
                self.add_error("file", error)
        elif token and earlier is None:
            self.add_error("file", _("The file that waited is gone. Please choose it again."))
        elif earlier is not None:
            self.received_package = earlier
        elif self.instance.latest_release_id is None and "file" not in self.errors:
            self.add_error("file", _("Choose the ZIP file of the package."))

    def _check_version(self, cleaned: dict[str, Any]) -> None:
        version = cleaned.get("version")
        if "version" in self.errors or self.received_package is None:
            return
        if not version:
            self.add_error("version", _("Give the version of the file."))
        elif self.instance.pk and self.instance.releases.filter(version=version).exists():
            self.add_error("version", _("This package has that version already."))
