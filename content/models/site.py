"""What admins say about the site itself: its name, notice, numbers, links and about page."""

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from content import rendering, responsive

from .lines import tidy_lines


class SiteSettings(models.Model):
    """The one row of settings that admins change without touching the server."""

    name = models.CharField(
        _("name of the site"),
        max_length=40,
        blank=True,
        help_text=_("Left empty, it is the SITE_NAME of the server's environment."),
    )
    tagline = models.CharField(
        _("tagline"),
        max_length=120,
        blank=True,
        help_text=_("One sentence below the name: what the site is about."),
    )
    notice = models.CharField(
        _("notice"),
        max_length=300,
        blank=True,
        help_text=_("Shown above every page until it is emptied, for example before maintenance."),
    )
    icp_number = models.CharField(
        _("ICP number"),
        max_length=60,
        blank=True,
        help_text=_("As the register gives it, for example “京ICP备12345678号-1”."),
    )
    police_number = models.CharField(
        _("public security number"),
        max_length=60,
        blank=True,
        validators=[RegexValidator(r"\d{8,}", _("It holds a number of at least eight digits."))],
        help_text=_("As the register gives it, for example “京公网安备11010502030123号”."),
    )
    about = models.TextField(
        _("about page"), blank=True, help_text=_("In Markdown; shown at /about/.")
    )
    about_html = models.TextField(editable=False, blank=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="content_sitesettings_one_row"),
        ]

    def __str__(self) -> str:
        return self.shown_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        self._render_about()
        if "about" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "about_html"}
        super().save(*args, **kwargs)

    @classmethod
    def load(cls) -> Self:
        """The stored row, or an unsaved one with the defaults."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    def _render_about(self) -> None:
        rendered = rendering.render_bounded(self.about)
        self.about_html = responsive.with_sizes(rendered.html, rendered.pictures)

    @property
    def shown_name(self) -> str:
        return self.name or settings.SITE_NAME

    @property
    def police_code(self) -> str:
        """The digits of the public security number, which its register is asked with."""
        return "".join(character for character in self.police_number if character.isdigit())

    def clean(self) -> None:
        super().clean()
        tidy_lines(self, "name", "tagline", "notice", "icp_number", "police_number")
        try:
            self._render_about()
        except rendering.RenderingRefused as refused:
            raise ValidationError({"about": str(refused)}) from refused


class SiteLink(models.Model):
    """A link to a befriended site, in the footer of every page."""

    name = models.CharField(_("name"), max_length=40)
    url = models.URLField(
        _("address"), max_length=300, validators=[URLValidator(schemes=["http", "https"])]
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("site link")
        verbose_name_plural = _("site links")
        constraints = [
            models.UniqueConstraint(fields=["url"], name="content_sitelink_unique_url"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        tidy_lines(self, "name")
