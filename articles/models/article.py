"""Articles: originals (原创) and reprints (转载)."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from content.models import Content


class Article(Content):
    """A text, written for this site or reprinted from another."""

    address_area = "articles"

    class Kind(models.TextChoices):
        ARTICLE = "article", pgettext_lazy("kind", "article")
        REPRINT = "reprint", pgettext_lazy("kind", "reprint")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.ARTICLE)
    original_author = models.CharField(
        _("original author"), max_length=100, blank=True, help_text=_("Of a reprint.")
    )
    source_url = models.URLField(
        _("address of the source"),
        max_length=500,
        blank=True,
        help_text=_("Of a reprint: where the original can be read. Search engines are sent there."),
    )
    reprint_ground = models.CharField(
        _("ground for reprinting"),
        max_length=200,
        blank=True,
        help_text=_("For example “by permission of the author, 1 May 2026” or “CC BY-SA 4.0”."),
    )

    # Of the source; made from its address, for the page of all reprints of one source.
    source_host = models.CharField(max_length=255, blank=True, editable=False, db_index=True)

    class Meta(Content.Meta):
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            *Content.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=["article", "reprint"]),
                name="articles_article_kind_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="reprint")
                | (
                    ~models.Q(original_author="")
                    & ~models.Q(source_url="")
                    & ~models.Q(reprint_ground="")
                ),
                name="articles_article_reprint_names_source",
                violation_error_message=_(
                    "A reprint names its author, its source and the ground for reprinting."
                ),
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("articles:detail", args=[self.slug])

    @property
    def is_reprint(self) -> bool:
        return self.kind == self.Kind.REPRINT

    @property
    def canonical_url(self) -> str:
        """The address search engines should keep: a reprint's original, else this page's path."""
        return self.source_url if self.is_reprint else self.get_absolute_url()

    @property
    def source_page_url(self) -> str:
        """The page of all reprints of this one's source; empty for an original."""
        return reverse("sources:detail", args=[self.source_host]) if self.source_host else ""

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.source_host = host_of(self.source_url) if self.is_reprint else ""
        if {"kind", "source_url"} & set(kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "source_host"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if not self.body.strip():
            raise ValidationError({"body": _("Write a text.")})
        if self.is_reprint:
            missing = {
                field: _("A reprint names its author, its source and the ground for reprinting.")
                for field in ("original_author", "source_url", "reprint_ground")
                if not getattr(self, field).strip()
            }
            if missing:
                raise ValidationError(missing)


def host_of(url: str) -> str:
    """The host in an address, lower case, without a leading www.; empty when there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".").removeprefix("www.")[:255]
