"""Packages that visitors download, and their immutable releases."""

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from content.models import Content, ContentQuerySet, Picture

# What a card needs of a picture.
_SHOWN_OF_A_PICTURE = ("id", "name", "format", "width", "height", "size", "widths", "description")


class PackageQuerySet(ContentQuerySet):
    """Questions that can be asked of packages."""

    def visible(self, at: Any = None) -> Any:
        """What a visitor may see; a package without a file has nothing to show."""
        return super().visible(at).filter(latest_release__isnull=False)

    def indexable(self) -> Any:
        return super().indexable().filter(latest_release__isnull=False)

    def for_listing(self) -> Any:
        """As for all content, with the release and the first screenshot, for want of a cover."""
        screenshots = PackagePicture.objects.filter(package=models.OuterRef("pk"))
        first = screenshots.order_by("position", "pk").annotate(
            said=JSONObject(**{name: f"picture__{name}" for name in _SHOWN_OF_A_PICTURE})
        )
        return (
            super()
            .for_listing()
            .select_related("latest_release")
            .annotate(first_picture=models.Subquery(first.values("said")[:1]))
            .defer("body", "body_html", "body_text", "headings", "latest_release__listing")
        )


class Package(Content):
    """A site template or a jQuery plugin. `body` is its description in Markdown."""

    address_area = "downloads"
    COUNTS = Content.COUNTS | {"downloads"}
    guarded_fields = Content.guarded_fields | COUNTS | {"latest_release"}

    class Kind(models.TextChoices):
        TEMPLATE = "template", _("site template")
        PLUGIN = "plugin", _("jQuery plugin")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    licence = models.CharField(
        _("licence"), max_length=60, blank=True, help_text=_("For example MIT or Apache-2.0.")
    )
    environment = models.CharField(
        _("runs with"),
        max_length=200,
        blank=True,
        help_text=_("For example “jQuery 1.9 or newer; Chrome, Edge, Firefox, Safari”."),
    )
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)
    demo_url = models.URLField(_("address of a demo"), max_length=500, blank=True)
    pictures = models.ManyToManyField(
        Picture, through="PackagePicture", blank=True, related_name="+", verbose_name=_("pictures")
    )
    latest_release = models.ForeignKey(
        "Release", models.SET_NULL, null=True, editable=False, related_name="+"
    )
    downloads = models.PositiveBigIntegerField(_("downloads"), default=0, editable=False)

    objects = PackageQuerySet.as_manager()

    class Meta(Content.Meta):
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        constraints = [
            *Content.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=["template", "plugin"]),
                name="downloads_package_kind_known",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("downloads:detail", args=[self.slug])

    def get_file_url(self) -> str:
        return reverse("downloads:file", args=[self.slug])

    @property
    def is_visible(self) -> bool:
        return super().is_visible and self.latest_release_id is not None

    @property
    def shown_picture(self) -> Picture | None:
        """The cover, else the first screenshot, which the rows of `for_listing()` bring along."""
        if self.cover is not None:
            return self.cover
        said = getattr(self, "first_picture", None)
        if not said:
            return None
        if isinstance(said["widths"], str):  # SQLite has no JSON within JSON
            said = {**said, "widths": json.loads(said["widths"])}
        return Picture(**said)

    @property
    def canonical_url(self) -> str:
        """The address search engines should keep."""
        return self.get_absolute_url()

    def picture_names(self) -> set[str]:
        shown = set(self.pictures.values_list("name", flat=True)) if self.pk else set()
        return super().picture_names() | shown


class PackagePicture(models.Model):
    """A screenshot of a package, in its place among the others."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="picture_rows")
    picture = models.ForeignKey(Picture, models.PROTECT, verbose_name=_("picture"))
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("screenshot")
        verbose_name_plural = _("screenshots")
        constraints = [
            models.UniqueConstraint(
                fields=["package", "picture"], name="downloads_packagepicture_unique"
            ),
        ]

    def __str__(self) -> str:
        return str(self.picture)


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Written once: a release is never changed, whichever way one tries."""

    def update(self, **kwargs: Any) -> int:
        # Only the account that goes away is taken off what it uploaded.
        if kwargs != {"created_by": None}:
            raise PermissionDenied(Release.UNCHANGEABLE)
        return super().update(**kwargs)

    def bulk_create(self, *args: Any, **kwargs: Any) -> list["Release"]:
        if kwargs.get("update_conflicts"):
            raise PermissionDenied(Release.UNCHANGEABLE)
        return super().bulk_create(*args, **kwargs)


class Release(models.Model):
    """One uploaded ZIP of a package. Written once by `services.store_package()`.

    `listing` is a list of `[path, size]` in the order of the archive; a folder's path ends
    in "/". `size` is in bytes, `sha256` in hexadecimal digits; the file lies under it.
    """

    UNCHANGEABLE = _("A release does not change; upload a new version.")

    package = models.ForeignKey(Package, models.CASCADE, related_name="releases")
    version = models.CharField(
        _("version"),
        max_length=40,
        validators=[
            RegexValidator(
                r"\A[0-9A-Za-z][0-9A-Za-z.+_-]*\Z", _("A version is like 1.2.0 or 2.0-beta.1.")
            )
        ],
    )
    file_name = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    listing = models.JSONField(_("listing"))
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        ordering = ["-created_at", "-pk"]
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.UniqueConstraint(
                fields=["package", "version"],
                name="downloads_release_unique_version",
                violation_error_message=_("This package has that version already."),
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="downloads_release_size"),
        ]

    def __str__(self) -> str:
        return f"{self.package} {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionDenied(self.UNCHANGEABLE)
        # Else Django would first try to update a row of the same number.
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.size <= 0:
            raise ValidationError(_("The file is empty."))
