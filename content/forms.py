"""The writer's forms: content, columns, tags, pictures. What they refuse, they say by the field."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import localize
from django.utils.timezone import template_localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from taggit.forms import TagField

from . import kinds, pictures
from .models import Column, Content, Picture, Tag
from .tagging import MAX_LENGTH
from .widgets import MarkdownWidget, TagsWidget

MAX_TAGS = 20


class TagsField(TagField):
    """Tags in one text field, separated as people separate them."""

    widget = TagsWidget

    def clean(self, value: str) -> list[str]:
        names = super().clean(value)
        for name in names:
            if len(name) > MAX_LENGTH:
                raise ValidationError(
                    _("A tag has at most %(limit)d characters: “%(name)s…”"),
                    params={"limit": MAX_LENGTH, "name": name[:20]},
                )
        if len(names) > MAX_TAGS:
            raise ValidationError(_("At most %(limit)d tags, please."), params={"limit": MAX_TAGS})
        return names


class GroupedColumns(forms.models.ModelChoiceIterator):
    """The leaves of the menu under the names of their groups."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        groups: dict[str, list[Any]] = {}
        for column in self.queryset.select_related("parent"):
            groups.setdefault(column.parent.name, []).append(self.choice(column))
        yield from groups.items()


class ColumnChoiceField(forms.ModelChoiceField):
    """A column that can hold content, chosen from its group."""

    iterator = GroupedColumns


def _form_field(field: models.Field, **kwargs: Any) -> forms.Field | None:
    if isinstance(field, models.URLField):
        kwargs["assume_scheme"] = "https"
    return field.formfield(**kwargs)


class ContentForm(forms.ModelForm):
    """An article or a package. Tells when somebody else saved it since it was opened.

    `user`, `endpoints` and `for_preview` (nothing will be kept) are set on the class that
    the admin makes for each request.
    """

    user: ClassVar[Any] = None
    endpoints: ClassVar[dict[str, str]] = {}
    for_preview: ClassVar[bool] = False

    tags = TagsField(
        label=_("Tags"),
        required=False,
        help_text=_("Separated by commas; Chinese ，、； are understood too."),
    )
    opened_at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    class Meta:
        exclude: ClassVar[list[str]] = []
        formfield_callback = _form_field
        widgets = {"body": MarkdownWidget, "summary": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "body" in self.fields:
            # The indentation of a first line of code is part of the text.
            self.fields["body"].strip = False
            self.fields["body"].widget.endpoints = self.endpoints
        if "published_at" in self.fields:
            # Else saving anything would round the time down to the minute.
            self.fields["published_at"].widget.widgets[1].format = "%H:%M:%S"
        if self.instance.pk and "opened_at" in self.fields:
            self.initial["opened_at"] = self._stamp()

    def _stamp(self) -> str:
        changed: datetime | None = self.instance.updated_at
        return changed.isoformat() if changed else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_published = cleaned.get("status") == Content.Status.PUBLISHED
        if is_published and cleaned.get("published_at", "") is None:
            cleaned["published_at"] = timezone.now()
        opened_at = "" if self.for_preview else cleaned.get("opened_at")
        if self.instance.pk and opened_at and opened_at != self._stamp():
            # The next save carries the present stamp, and so means to overwrite.
            self.data = self.data.copy()
            self.data[self.add_prefix("opened_at")] = self._stamp()
            raise ValidationError(self._somebody_else(), code="changed_meanwhile")
        return cleaned

    def _update_errors(self, errors: ValidationError) -> None:
        # What a field has said already, the model need not say again.
        for name in self.errors.keys() & getattr(errors, "error_dict", {}).keys():
            del errors.error_dict[name]
        super()._update_errors(errors)  # type: ignore[misc]

    def _somebody_else(self) -> str:
        entry = (
            LogEntry.objects.filter(
                content_type=ContentType.objects.get_for_model(self.instance),
                object_id=str(self.instance.pk),
            )
            .select_related("user")
            .first()
        )
        return _(
            "%(who)s saved this at %(time)s, after you opened it. Nothing that you typed is lost: "
            "compare with the saved version in another tab, or save again to overwrite it."
        ) % {
            "who": entry.user if entry else _("Somebody else"),
            "time": localize(template_localtime(self.instance.updated_at)),
        }


class ColumnForm(forms.ModelForm):
    """A column or a group."""

    holds = forms.MultipleChoiceField(
        label=_("Holds"),
        choices=kinds.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The kinds of content that editors may put into this column."),
    )

    class Meta:
        model = Column
        fields = ["parent", "name", "slug", "description", "holds", "position"]

    def clean_holds(self) -> list[str]:
        wanted = self.cleaned_data["holds"]
        if self.instance.pk:
            for kind in kinds.every():
                if kind.name in wanted or kind.name not in self.instance.holds:
                    continue
                if count := kind.objects().filter(column_id=self.instance.pk).count():
                    text = ngettext(
                        "This column still holds %(count)d of the kind “%(kind)s”.",
                        "This column still holds %(count)d of the kind “%(kind)s”.",
                        count,
                    )
                    raise ValidationError(text % {"count": count, "kind": kind.label})
        return wanted


class TagForm(forms.ModelForm):
    """A tag under its one name."""

    class Meta:
        model = Tag
        fields = ["name", "slug"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if Tag.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a tag of that name already."))
        return name


class PictureForm(forms.ModelForm):
    """A picture's description and, when it is new, its file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("PNG, JPEG, GIF or WebP, at most 10 MiB and 50 million pixels."),
        widget=forms.ClearableFileInput({"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )

    class Meta:
        model = Picture
        fields = ["description"]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            stored = pictures.store_picture(upload)
        except pictures.PictureRefused as refused:
            raise ValidationError(str(refused)) from refused
        if Picture.objects.filter(sha256=stored.sha256).exists():
            raise ValidationError(_("This picture was uploaded before."))
        fill(self.instance, stored)
        return upload


def fill(picture: Picture, stored: pictures.StoredPicture) -> Picture:
    """Give `picture` the facts of the file that was stored."""
    for name in ("name", "sha256", "format", "width", "height", "size", "widths"):
        setattr(picture, name, getattr(stored, name))
    return picture
