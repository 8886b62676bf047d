"""Pictures that editors uploaded, and which content shows them."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .base import Content


class Picture(models.Model):
    """A stored picture. The file lies under its hashed name and never changes."""

    name = models.CharField(_("file name"), max_length=40, unique=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, unique=True, editable=False)
    format = models.CharField(_("format"), max_length=8, editable=False)
    width = models.PositiveIntegerField(_("width in pixels"), editable=False)
    height = models.PositiveIntegerField(_("height in pixels"), editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    # Pixels; each has a file beside the picture. None: not made yet, which the worker does.
    widths = models.JSONField(null=True, editable=False)
    description = models.CharField(
        _("description"),
        max_length=200,
        blank=True,
        help_text=_("What the picture shows, for readers who cannot see it."),
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.description or self.name

    def get_absolute_url(self) -> str:
        return reverse("content:picture", args=[self.name])


class PictureUse(models.Model):
    """That an article or a package shows a picture; decides whether the file is served."""

    picture = models.ForeignKey(Picture, models.CASCADE, related_name="uses")
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["picture", "content_type", "object_id"], name="content_pictureuse_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="content_pictureuse_object"),
        ]

    def __str__(self) -> str:
        return f"{self.picture_id} · {self.content_type_id}:{self.object_id}"

    @classmethod
    def of(cls, content: "Content") -> "models.QuerySet[PictureUse]":
        """The uses by one article or package."""
        content_type = ContentType.objects.get_for_model(content)
        return cls.objects.filter(content_type=content_type, object_id=content.pk)

    @classmethod
    def record(cls, content: "Content", names: Any) -> None:
        """Make the rows of `content` say that it shows exactly the pictures called `names`.

        Content that was taken down loses none: an edit must not make its pictures public.
        """
        wanted = set(Picture.objects.filter(name__in=names).values_list("pk", flat=True))
        rows = cls.of(content)
        present = set(rows.values_list("picture_id", flat=True))
        if present - wanted and not content.is_taken_down_in_database():
            rows.filter(picture_id__in=present - wanted).delete()
        cls.objects.bulk_create(
            [
                cls(
                    picture_id=pk,
                    content_type=ContentType.objects.get_for_model(content),
                    object_id=content.pk,
                )
                for pk in wanted - present
            ],
            ignore_conflicts=True,
        )
