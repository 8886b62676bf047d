"""The glossary (术语): one list for the site."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from content.models.addresses import SLUG_MAX_LENGTH
from content.models.lines import tidy_lines
from content.plain import one_line
from content.slugs import numbered, slugify


class Term(models.Model):
    """A term of the site's glossary with its explanation."""

    name = models.CharField(
        _("term"),
        max_length=60,
        unique=True,
        error_messages={"unique": _("The glossary has this term already.")},
    )
    slug = models.CharField(max_length=SLUG_MAX_LENGTH, unique=True, editable=False)
    aliases = models.JSONField(
        _("other names"),
        default=list,
        blank=True,
        help_text=_("As articles write it, for example “checkpoint”."),
    )
    explanation = models.CharField(_("explanation"), max_length=400)
    is_marked = models.BooleanField(
        _("marked in articles"),
        default=True,
        help_text=_("Off for words that articles also use in their everyday meaning."),
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("term")
        verbose_name_plural = _("terms")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            base = slugify(self.name, max_length=SLUG_MAX_LENGTH - 20) or "term"
            self.slug, number = base, 1
            while Term.objects.filter(slug=self.slug).exists():
                number += 1
                self.slug = numbered(base, number, SLUG_MAX_LENGTH)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return f"{reverse('glossary')}#{self.anchor}"

    @property
    def anchor(self) -> str:
        """The id of this term on a page, in a namespace of its own: a term may be called main."""
        return f"term-{self.slug}"

    @property
    def names(self) -> list[str]:
        """The term and its other names."""
        return [self.name, *self.aliases]

    def clean(self) -> None:
        super().clean()
        tidy_lines(self, "name", "explanation")  # which stands within a line of text
        names = [one_line(alias) for alias in self.aliases]
        own = self.name.casefold()
        self.aliases = [name for name in dict.fromkeys(names) if name and name.casefold() != own]
        try:
            for alias in self.aliases:
                self._meta.get_field("name").run_validators(alias)
        except ValidationError as error:
            raise ValidationError({"aliases": error.messages}) from error
        mine = {name.casefold() for name in self.names}
        for other in Term.objects.exclude(pk=self.pk):
            if shared := mine & {name.casefold() for name in other.names}:
                raise ValidationError(
                    {
                        "aliases": _("“%(name)s” is a name of the term “%(other)s” already.")
                        % {"name": sorted(shared)[0], "other": other.name}
                    }
                )
