"""Further reading: what an article recommends after itself."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from content.models.lines import tidy_lines

from .article import Article, host_of

_validate_url = URLValidator(schemes=["http", "https"])
_OWN_ADDRESS = re.compile(r"/(?![/\\])[^\s\x00-\x1f\x7f-\x9f]*")


def validate_reading_address(address: str) -> None:
    """An address of the web, or of this site when it begins with one slash."""
    # Browsers leave out tabs and line breaks, so that a slash behind one follows the first.
    if _OWN_ADDRESS.fullmatch(address):
        return
    try:
        _validate_url(address)
    except ValidationError as error:
        raise ValidationError(_("Give an address that begins with https:// or with /.")) from error


class FurtherReading(models.Model):
    """Something worth reading after an article, here or elsewhere."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="further_reading")
    title = models.CharField(_("title"), max_length=150)
    url = models.CharField(
        _("address"),
        max_length=500,
        validators=[validate_reading_address],
        help_text=_("https://… or an address of this site, for example /articles/redis/."),
    )
    note = models.CharField(
        _("note"), max_length=200, blank=True, help_text=_("Why it is worth reading.")
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("further reading")
        verbose_name_plural = _("further reading")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "url"], name="articles_furtherreading_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        tidy_lines(self, "title", "note")

    @property
    def host(self) -> str:
        """The host of another site; empty for an address of this one."""
        if self.url.startswith("/") or f"{self.url}/".startswith(f"{settings.SITE_URL}/"):
            return ""
        return host_of(self.url)
