"""The inputs of the writer's forms: Markdown, tags, columns by group, pictures.

Each is a plain input that works without JavaScript; scripts of ours find it by its data
attributes, which carry addresses and translated texts, since no inline script is allowed.
"""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AutocompleteSelect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from taggit.forms import TagWidget


def editor_texts() -> dict[str, str]:
    """Every text that the editor shows, by the name that editor.js uses."""
    return {
        "bold": _("Bold"),
        "italic": _("Italic"),
        "strikethrough": _("Strikethrough"),
        "heading": _("Heading"),
        "quote": _("Quotation"),
        "code": _("Code"),
        "unordered-list": _("List"),
        "ordered-list": _("Numbered list"),
        "check-list": _("Task list"),
        "link": _("Link"),
        "upload-image": _("Upload pictures"),
        "table": _("Table"),
        "horizontal-rule": _("Horizontal line"),
        "preview": _("Preview"),
        "side-by-side": _("Preview beside the text"),
        "fullscreen": _("Full screen"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "drop": _("Pictures can be pasted, dropped here or chosen."),
        "dropping": _("Drop the picture to upload it."),
        "uploading": _("Uploading %(name)s…"),
        "uploaded": _("The picture is in the text."),
        "upload_failed": _("The picture could not be uploaded. Please try again."),
        "picture_too_large": _("The picture is larger than the limit."),
        "preview_failed": _("The preview could not be loaded. Please try again."),
        "logged_out": _(
            "You are logged out. Log in in another tab and try again; your text stays here."
        ),
        "characters": _("%(count)s characters"),
        "too_large": _("The text is larger than %(limit)s kB. Please divide it."),
        "draft_found": _("This browser kept a text that was not saved (%(time)s)."),
        "draft_restore": _("Restore it"),
        "draft_discard": _("Discard it"),
        "draft_kept": _("Kept in this browser at %(time)s."),
    }


class MarkdownWidget(forms.Textarea):
    """A textarea that becomes EasyMDE; `endpoints` are set by the form."""

    class Media:
        css = {"all": ["vendor/easymde/easymde.min.css", "admin/blog/editor.css"]}
        js = ["vendor/easymde/easymde.min.js", "admin/blog/editor.js"]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 25, "class": "vLargeTextField markdown-input", **(attrs or {})})
        self.endpoints: dict[str, str] = {}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        # Browsers send CR LF; kept so, every save would look like a change of the text.
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if value else value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        config = {
            **self.endpoints,
            "max_bytes": settings.MARKDOWN_MAX_BYTES,
            "picture_max_bytes": settings.PICTURE_MAX_BYTES,
            "texts": editor_texts(),
        }
        context["widget"]["attrs"]["data-markdown"] = json.dumps(config, ensure_ascii=False)
        return context


class TagsWidget(TagWidget):
    """A text input that suggests tags while one types."""

    class Media:
        css = {"all": ["admin/blog/editor.css"]}
        js = ["admin/blog/tags.js"]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "vTextField", "autocomplete": "off", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-tags"] = json.dumps(
            {
                "url": reverse("admin:content_tag_suggest"),
                "label": _("Suggested tags"),
                "used": _("used %(count)s times"),
                "found": _("%(count)s suggestions; choose with the arrow keys."),
            },
            ensure_ascii=False,
        )
        return context


class PictureSelect(AutocompleteSelect):
    """Choose an uploaded picture, see it, or upload another on the spot.

    `known` holds the names of pictures by their keys, where a formset has read them already.
    """

    known: dict[int, str] = {}

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        keys = {int(key) for key in value if str(key).isdigit()}
        if not keys or not keys <= self.known.keys():
            return super().optgroups(name, value, attrs)
        options = [
            self.create_option(name, key, self.known[key], True, index)
            for index, key in enumerate(sorted(keys))
        ]
        return [(None, options, 0)]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        # Not by `template_name`: the renderer of forms does not look into our templates.
        texts = {
            "uploading": _("Uploading…"),
            "failed": _("The picture could not be uploaded. Please try again."),
        }
        context = {
            "select": super().render(name, value, attrs, renderer),
            # The 0 is replaced by the key of the chosen picture.
            "file_url": reverse("admin:content_picture_file", args=[0]),
            "upload_url": reverse("admin:content_picture_store"),
            "texts": json.dumps(texts, ensure_ascii=False),
        }
        return render_to_string("admin/content/widgets/picture_select.html", context)

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(
            css={"all": ["admin/blog/editor.css"]}, js=["admin/blog/pictures.js"]
        )
