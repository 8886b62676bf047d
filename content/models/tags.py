"""Tags with our slug rule: stock taggit makes `c_1` and `c_2` of c# and c++."""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from taggit.models import GenericTaggedItemBase, TagBase

from content.plain import one_line
from content.tagging import parse_tags

from .addresses import SLUG_MAX_LENGTH, Addressed, validate_slug

SEPARATORS_REFUSED = _("A tag holds no separators (, ， 、 ; ；), quotes or a leading #.")


class TagQuerySet(models.QuerySet["Tag"]):
    """Tags, which are found by their other names too."""

    def get(self, *args: Any, **kwargs: Any) -> "Tag":
        """One tag. Asked for a name whatever its case, the tag that has it as another name.

        This is how taggit asks before it makes a tag, for every form and every import; so
        none of them makes a tag of a name that stands for another one.
        """
        try:
            return super().get(*args, **kwargs)
        except self.model.DoesNotExist:
            if "name__iexact" not in kwargs:
                raise
            name = kwargs.pop("name__iexact")
            return super().get(*args, aliases__name__iexact=name, **kwargs)

    def named_like(self, text: str) -> Self:
        """The tags whose name, or one of whose other names, contains `text`."""
        aliases = TagAlias.objects.filter(tag=models.OuterRef("pk"), name__icontains=text)
        return self.filter(models.Q(name__icontains=text) | models.Exists(aliases))


class Tag(Addressed, TagBase):
    """A word that readers follow across columns."""

    address_area = "tags"
    objects = TagQuerySet.as_manager()

    name = models.CharField(
        _("name"),
        max_length=60,
        unique=True,
        error_messages={"unique": _("There is a tag of that name already.")},
    )
    slug = models.CharField(
        _("address"),
        max_length=SLUG_MAX_LENGTH,
        unique=True,
        blank=True,
        validators=[validate_slug],
        help_text=_("Left empty, it is made from the name in pinyin."),
        error_messages={"unique": _("Another page has this address already.")},
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="content_tag_unique_whatever_case",
                violation_error_message=_("There is a tag of that name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.name = one_line(self.name)
        if parse_tags(self.name) != [self.name]:
            raise ValidationError({"name": SEPARATORS_REFUSED})
        alias = TagAlias.objects.select_related("tag").filter(name__iexact=self.name)
        if (other := alias.exclude(tag=self.pk).first()) is not None:
            raise ValidationError(
                {
                    "name": _("“%(name)s” is another name of the tag “%(tag)s”.")
                    % {"name": other.name, "tag": other.tag}
                }
            )

    def get_absolute_url(self) -> str:
        return reverse("content:tag", args=[self.slug])

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Before TagBase.save() sees an empty slug and makes one by its own rule.
        if not self.slug:
            self.slug = self.free_slug()
        super().save(*args, **kwargs)


class TagAlias(models.Model):
    """Another name of a tag: who types or looks for it gets the tag."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="aliases", verbose_name=_("tag"))
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        ordering = ["name"]
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="content_tagalias_unique_whatever_case",
                violation_error_message=_("A tag has this other name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.name = one_line(self.name)
        if parse_tags(self.name) != [self.name]:
            raise ValidationError({"name": SEPARATORS_REFUSED})
        # As the form has it: with its present name in the database, a tag may be renamed and
        # keep the old name as another one in the same form.
        own = self.tag if self.tag_id or TagAlias.tag.is_cached(self) else None
        if own is not None and own.name.casefold() == self.name.casefold():
            raise ValidationError({"name": _("The tag itself has this name.")})
        if Tag.objects.filter(name__iexact=self.name).exclude(pk=self.tag_id).exists():
            raise ValidationError(
                {"name": _("There is a tag of that name. Merge it into this one instead.")}
            )


class TaggedItem(GenericTaggedItemBase):
    """A tag on an article or a package."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="items", verbose_name=_("tag"))

    class Meta:
        verbose_name = _("tagged content")
        verbose_name_plural = _("tagged content")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "tag"], name="content_taggeditem_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="content_taggeditem_object"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} · {self.content_type_id}:{self.object_id}"
