"""`Content`: what articles and packages have in common, and the one rule of what is visible."""

from copy import copy
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from content import kinds, rendering, responsive
from content.plain import one_line, opening, reading_minutes

from .addresses import Addressed, OldAddress
from .authors import Author
from .columns import Column
from .pictures import Picture, PictureUse
from .querysets import DELETION_REFUSED, ContentQuerySet
from .states import Moderation, Status
from .tags import TaggedItem


class Content(Addressed):
    """An article or a package: written by editors, read by visitors, judged by admins."""

    slug_source = "title"
    # Written by the code that owns them, one by one, never by an editor's save or by going
    # back to a version: a form that was opened before a removal must not undo it.
    guarded_fields: ClassVar[frozenset[str]] = frozenset({"moderation", "views"})
    # Those of the guarded fields that visitors change, of which no stamp tells.
    COUNTS: ClassVar[frozenset[str]] = frozenset({"views"})
    # Made from `body` and `summary`, whenever one of them is written.
    DERIVED_FIELDS: ClassVar[frozenset[str]] = frozenset(
        {"lead", "body_html", "body_text", "headings", "minutes", "renderer_version"}
    )

    Status = Status
    Moderation = Moderation

    kind: Any  # a CharField of each model, with the choices of that model
    title = models.CharField(_("title"), max_length=150)
    summary = models.TextField(
        _("summary"),
        max_length=300,
        blank=True,
        help_text=_("Shown in lists. Left empty, the beginning of the text is shown."),
    )
    lead = models.TextField(editable=False, blank=True)  # the summary, else the text's opening
    body = models.TextField(_("text"), blank=True)
    body_html = models.TextField(editable=False, blank=True)
    body_text = models.TextField(editable=False, blank=True)
    headings = models.JSONField(editable=False, default=list)
    minutes = models.PositiveSmallIntegerField(editable=False, default=0)  # of reading
    renderer_version = models.PositiveIntegerField(editable=False, default=0)
    column = models.ForeignKey(
        Column, models.PROTECT, related_name="%(class)ss", verbose_name=_("column")
    )
    tags = TaggableManager(
        through=TaggedItem,
        blank=True,
        verbose_name=_("tags"),
        help_text=_("Separated by commas; Chinese ，、； are understood too."),
    )
    author = models.ForeignKey(
        Author,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("pen name"),
    )
    cover = models.ForeignKey(
        Picture,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cover"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    moderation = models.CharField(
        _("moderation"),
        max_length=12,
        choices=Moderation.choices,
        default=Moderation.CLEAR,
        editable=False,
    )
    published_at = models.DateTimeField(
        _("published at"),
        null=True,
        blank=True,
        help_text=_("Left empty, it is the moment of publishing. Visitors see it from then on."),
    )
    first_published_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    views = models.PositiveBigIntegerField(_("views"), default=0, editable=False)

    objects = ContentQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values),
                name="%(app_label)s_%(class)s_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(moderation__in=Moderation.values),
                name="%(app_label)s_%(class)s_moderation_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=Status.PUBLISHED) | models.Q(published_at__isnull=False),
                name="%(app_label)s_%(class)s_published_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "moderation", "-published_at", "-id"],
                name="%(app_label)s_%(class)s_listing",
            ),
            models.Index(
                fields=["column", "status", "moderation", "-published_at", "-id"],
                name="%(app_label)s_%(class)s_column",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    # What may be seen

    @property
    def is_visible(self) -> bool:
        """Whether a visitor may see this now: the twin of `ContentQuerySet.visible()`."""
        return (
            self.status == Status.PUBLISHED
            and self.moderation == Moderation.CLEAR
            and self.published_at is not None
            and self.published_at <= timezone.now()
        )

    @property
    def is_scheduled(self) -> bool:
        """Published, but not before its time."""
        return (
            self.status == Status.PUBLISHED
            and self.published_at is not None
            and self.published_at > timezone.now()
        )

    @property
    def is_taken_down(self) -> bool:
        """Quarantined or removed by an admin: its page answers 410."""
        return self.moderation != Moderation.CLEAR

    def is_taken_down_in_database(self) -> bool:
        """The same, asked now: an admin may have decided since this row was loaded."""
        rows = type(self)._base_manager.filter(pk=self.pk)
        return rows.exclude(moderation=Moderation.CLEAR).exists()

    @property
    def was_public(self) -> bool:
        """Whether a visitor may ever have seen this; then it cannot be deleted."""
        return self.first_published_at is not None and self.first_published_at <= timezone.now()

    @property
    def public_url(self) -> str:
        """Where visitors find this now, also while a form has put another address into it."""
        stored = copy(self)
        stored.slug = self._slug_before() or self.slug
        return stored.get_absolute_url()

    @property
    def kind_info(self) -> kinds.Kind:
        """The registered kind of this row."""
        return kinds.get(self.kind)

    # Saving

    def clean(self) -> None:
        super().clean()
        self.title = one_line(self.title)
        if not self.title:
            raise ValidationError({"title": _("Give it a title.")})
        if self.column_id and self.column.is_group:
            raise ValidationError({"column": _("Choose a column inside a group.")})
        if self.column_id and self.kind not in self.column.holds:
            raise ValidationError({"column": _("This column does not hold this kind of content.")})
        # Before the constraints are checked: a published row has a time.
        self._stamp_publication()
        try:
            self.render_body()
        except rendering.RenderingRefused as refused:
            raise ValidationError({"body": str(refused)}) from refused

    def render_body(self) -> None:
        """Fill what is made from `body`; raises `RenderingRefused`."""
        stamp = (self.body, rendering.VERSION)
        if getattr(self, "_rendered", None) != stamp:
            rendered = rendering.render_bounded(self.body)
            self.body_text = rendered.text
            self.headings = [
                {"level": heading.level, "id": heading.id, "text": heading.text}
                for heading in rendered.headings
            ]
            self.renderer_version = rendering.VERSION
            self._rendered = stamp
            self._rendered_html = rendered.html
            self._body_pictures = responsive.file_names(rendered.pictures)
        # Each time: an import writes the rows of pictures after the first look at the text.
        self.body_html = responsive.with_sizes(self._rendered_html, self._body_pictures)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if (update_fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = self._with_what_follows(set(update_fields))
            super().save(*args, **kwargs)
            return
        self._stamp_publication()
        self._derive()
        with transaction.atomic():
            super().save(*args, **kwargs)
            PictureUse.record(self, self.picture_names())

    def unwritten_fields(self) -> set[str]:
        return super().unwritten_fields() | self.guarded_fields | {"created_at"}

    def _derive(self) -> None:
        self.render_body()
        self.lead = self.summary.strip() or opening(self.body_text)
        self.minutes = reading_minutes(self.body_text)

    def _with_what_follows(self, names: set[str]) -> set[str]:
        """`names` and the fields that are made from them, which are made anew."""
        if names & {"body", "summary"}:
            self._derive()
            names |= self.DERIVED_FIELDS
        if names & {"status", "published_at"}:
            self._stamp_publication()
            names |= {"published_at", "first_published_at"}
        return names

    def _stamp_publication(self) -> None:
        if self.status == Status.PUBLISHED and self.published_at is None:
            self.published_at = timezone.now()
        if self.pk and not self.was_public:
            # Published elsewhere since this row was loaded: that it was public stays true.
            self.first_published_at = (
                type(self)
                ._base_manager.filter(pk=self.pk, first_published_at__lte=timezone.now())
                .values_list("first_published_at", flat=True)
                .first()
            )
        if not self.was_public:
            self.first_published_at = self.published_at if self.status == Status.PUBLISHED else None

    def picture_names(self) -> set[str]:
        """The file names of all own pictures that this shows."""
        names = set(self._body_pictures)
        if self.cover is not None:
            names.add(self.cover.name)
        return names

    def set_moderation(self, state: Moderation) -> None:
        """Take down or restore; called by `reports` alone, inside its transaction."""
        self.moderation = state
        self.save(update_fields=["moderation"])

    # Deleting

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete a draft. What was public raises `PermissionDenied`; see `purge()`."""
        if self.was_public:
            raise PermissionDenied(DELETION_REFUSED)
        with transaction.atomic():
            self.forget_traces()
            return super().delete(*args, **kwargs)

    def forget_traces(self) -> None:
        """Before a draft is deleted: its old addresses and its uses of pictures go too.

        A purge leaves both: the addresses answer 410, and the pictures stay withheld.
        """
        PictureUse.of(self).delete()
        OldAddress.objects.filter(area=self.address_area, object_id=self.pk).delete()

    def purge(self) -> None:
        """Delete for good, whatever its state; its addresses answer 410 from then on."""
        with transaction.atomic():
            self.leave_gone()
            super(Addressed, self).delete()
