"""Addresses that stay: a slug for everything with a page, and a redirect for every old one."""

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from content.slugs import numbered, slugify

SLUG_MAX_LENGTH = 100

validate_slug = RegexValidator(
    r"\A[a-z0-9]+(?:[-_][a-z0-9]+)*\Z",
    _("Use lower-case letters, digits and single hyphens, for example “redis-cluster”."),
)


class OldAddress(models.Model):
    """An address that something had before, or had until it was purged.

    `area` is the first part of the path, for example "articles". With `object_id` the
    address redirects for good; without, its content was purged and the address answers 410.
    """

    area = models.CharField(max_length=20)
    slug = models.CharField(max_length=SLUG_MAX_LENGTH)
    object_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "slug"], name="content_oldaddress_unique"),
        ]
        indexes = [models.Index(fields=["area", "object_id"], name="content_oldaddress_object")]

    def __str__(self) -> str:
        return f"/{self.area}/{self.slug}/"


class Addressed(models.Model):
    """Something with a page of its own at `/<area>/<slug>/`.

    A slug that is left empty is made from `slug_source`; one that changes leaves an
    `OldAddress`; one that is taken again loses it. A live page always wins over history.
    """

    address_area: ClassVar[str]
    slug_source: ClassVar[str] = "name"

    slug = models.CharField(
        _("address"),
        max_length=SLUG_MAX_LENGTH,
        unique=True,
        blank=True,
        validators=[validate_slug],
        help_text=_(
            "The last part of the page's address. Left empty, it is made from the title "
            "in pinyin. When it changes, the old address leads to the new one."
        ),
        error_messages={"unique": _("Another page has this address already.")},
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            self.slug = self.free_slug()
        with transaction.atomic():
            super().save(*args, **kwargs)
            update_fields = kwargs.get("update_fields")
            if update_fields is None or "slug" in update_fields:
                self._keep_old_address()

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any) -> Any:
        instance = super().from_db(db, field_names, values)
        instance._stored_slug = instance.__dict__.get("slug")
        return instance

    def free_slug(self) -> str:
        """An address made from the title that nothing has and nothing had."""
        source = str(getattr(self, self.slug_source))
        base = slugify(source, max_length=SLUG_MAX_LENGTH - 20) or self.address_area.rstrip("s")
        slug, number = base, 1
        while self._is_taken(slug):
            number += 1
            slug = numbered(base, number, SLUG_MAX_LENGTH)
        return slug

    def _is_taken(self, slug: str) -> bool:
        others = type(self)._base_manager.filter(slug=slug).exclude(pk=self.pk)
        history = OldAddress.objects.filter(area=self.address_area, slug=slug)
        if self.pk:
            history = history.exclude(object_id=self.pk)
        return others.exists() or history.exists()

    def _keep_old_address(self) -> None:
        before = getattr(self, "_stored_slug", None)
        if before != self.slug:
            OldAddress.objects.filter(area=self.address_area, slug=self.slug).delete()
            if before:
                OldAddress.objects.update_or_create(
                    area=self.address_area, slug=before, defaults={"object_id": self.pk}
                )
        self._stored_slug = self.slug

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._stored_slug = self.__dict__.get("slug")

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            OldAddress.objects.filter(area=self.address_area, object_id=self.pk).delete()
            return super().delete(*args, **kwargs)

    def leave_gone(self) -> None:
        """Make every address this had answer 410 from now on. Call before a purge."""
        OldAddress.objects.update_or_create(
            area=self.address_area, slug=self.slug, defaults={"object_id": self.pk}
        )
        OldAddress.objects.filter(area=self.address_area, object_id=self.pk).update(object_id=None)
