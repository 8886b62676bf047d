"""Pen names: who a text says it is by."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from content.plain import one_line

from .addresses import Addressed


class Author(Addressed):
    """A pen name with its page. One editor may write under several."""

    address_area = "authors"

    name = models.CharField(_("pen name"), max_length=60, unique=True)
    bio = models.TextField(_("about the author"), max_length=500, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pen_names",
        verbose_name=_("editor"),
        help_text=_("New articles of this editor begin with this pen name."),
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("content:author", args=[self.slug])

    def clean(self) -> None:
        super().clean()
        self.name = one_line(self.name)
        if not self.name:
            raise ValidationError({"name": _("Give the author a name.")})
