"""Addresses that stay: a slug for everything with a page, and a redirect for every old one."""

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from content.slugs import numbered, slugify

SLUG_MAX_LENGTH = 100
# How often a new row looks for a free address before something else must be wrong.
ATTEMPTS = 5

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
        if self.slug:
            self._save_at_its_address(*args, **kwargs)
            return
        # Two new rows of one title at once make the same address: the second tries again.
        for attempt in range(ATTEMPTS):
            self.slug = self.free_slug()
            try:
                with transaction.atomic():
                    self._save_at_its_address(*args, **kwargs)
            except IntegrityError:
                if attempt == ATTEMPTS - 1 or not self._is_taken(self.slug):
                    self.slug = ""
                    raise
            else:
                return

    def _save_at_its_address(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is None and self._is_stored():
            kwargs["update_fields"] = self._written_fields()
        update_fields = kwargs.get("update_fields")
        with transaction.atomic():
            super().save(*args, **kwargs)
            if update_fields is None or "slug" in update_fields:
                self._keep_old_address()

    def _is_stored(self) -> bool:
        """Whether the database has this row, also when it was not loaded from there."""
        if not self._state.adding:
            return True
        return self.pk is not None and type(self)._base_manager.filter(pk=self.pk).exists()

    def unwritten_fields(self) -> set[str]:
        """The names of fields that an ordinary save of a stored row leaves alone.

        An address that was not changed here is one of them: it may have been changed
        elsewhere since this row was loaded.
        """
        return {"slug"} if self.slug == self._slug_before() else set()

    def _written_fields(self) -> list[str]:
        left_out = self.unwritten_fields() | self.get_deferred_fields()
        return [
            field.name
            for field in self._meta.concrete_fields
            if not field.primary_key
            and field.name not in left_out
            and field.attname not in left_out
        ]

    def _slug_before(self) -> str | None:
        """The address in the database when this row was loaded; None for a new row."""
        if getattr(self, "_stored_slug", None) is None and self._is_stored():
            self._stored_slug = (
                type(self)._base_manager.values_list("slug", flat=True).get(pk=self.pk)
            )
        return getattr(self, "_stored_slug", None)

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

    def refresh_from_db(self, using: Any = None, fields: Any = None, **kwargs: Any) -> None:
        super().refresh_from_db(using=using, fields=fields, **kwargs)
        if fields is None or "slug" in fields:
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
