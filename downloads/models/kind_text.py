"""The sentences that every package of a kind carries, written once and filled in for each."""

import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .package import Package

if TYPE_CHECKING:
    from django.utils.functional import Promise

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class KindText(models.Model):
    """Purpose sentence and disclaimer of one kind; part of the page, never of the search index.

    `{title}`, `{kind}`, `{version}` and `{licence}` stand for those of the package. Anything
    else in braces is refused when it is saved and left as it is when it is shown.
    """

    PLACEHOLDERS = ("title", "kind", "version", "licence")

    kind = models.CharField(_("kind"), max_length=10, choices=Package.Kind.choices, unique=True)
    purpose = models.CharField(
        _("purpose sentence"),
        max_length=300,
        blank=True,
        help_text=_("Above the files: what a visitor downloads. {title} stands for its title."),
    )
    disclaimer = models.TextField(
        _("disclaimer"),
        max_length=3000,
        blank=True,
        help_text=_(
            "Below the files. An empty line begins a new paragraph; {title}, {kind}, {version} "
            "and {licence} stand for those of the package."
        ),
    )

    class Meta:
        ordering = ["kind"]
        verbose_name = _("text of a kind")
        verbose_name_plural = _("texts of the kinds")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["template", "plugin"]),
                name="downloads_kindtext_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def clean(self) -> None:
        super().clean()
        errors: dict[str, str | Promise] = {}
        for field in ("purpose", "disclaimer"):
            unknown = set(_PLACEHOLDER.findall(getattr(self, field))) - set(self.PLACEHOLDERS)
            if unknown:
                errors[field] = _("Nothing stands for {%(name)s}; use %(known)s.") % {
                    "name": sorted(unknown)[0],
                    "known": ", ".join(f"{{{name}}}" for name in self.PLACEHOLDERS),
                }
        if errors:
            raise ValidationError(errors)

    @classmethod
    def of(cls, package: Package) -> "KindText":
        """The texts of a package's kind; without any when nobody has written them."""
        return cls.objects.filter(kind=package.kind).first() or cls(kind=package.kind)

    def purpose_of(self, package: Package) -> str:
        """The purpose sentence, filled in for a package."""
        return _filled(self.purpose, self.values_for(package))

    def disclaimer_of(self, package: Package) -> list[str]:
        """The paragraphs of the disclaimer, filled in for a package."""
        paragraphs = re.split(r"\n\s*\n", self.disclaimer.replace("\r\n", "\n").strip())
        values = self.values_for(package)
        return [_filled(paragraph, values) for paragraph in paragraphs if paragraph.strip()]

    @staticmethod
    def values_for(package: Package) -> dict[str, str]:
        """What each placeholder stands for on the page of a package."""
        release = package.latest_release
        return {
            "title": package.title,
            "kind": str(package.get_kind_display()),
            "version": release.version if release else "",
            "licence": package.licence or gettext("not stated"),
        }


def _filled(text: str, values: dict[str, str]) -> str:
    # Not str.format(): a template of an admin is text, not a program.
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
