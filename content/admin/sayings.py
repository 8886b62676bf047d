"""The short texts of the sidebar in admin: commands to learn, and lines of classical verse."""

from typing import Any

from django.contrib import admin
from django.forms import Textarea
from django.http import HttpRequest

from content.models import Command, Verse


class SayingAdmin(admin.ModelAdmin):
    """What commands and verses share. A change is on every page at the next request."""

    list_per_page = 50

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in {"meaning", "text"}:
            kwargs["widget"] = Textarea(attrs={"rows": 3, "cols": 80})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Command)
class CommandAdmin(SayingAdmin):
    """For the box 知识学习: one command, and what it does in a sentence or two."""

    list_display = ["command", "meaning"]
    search_fields = ["command", "meaning"]


@admin.register(Verse)
class VerseAdmin(SayingAdmin):
    """For the box 时光飞逝: one line, who wrote it and in which poem."""

    list_display = ["text", "author", "source"]
    search_fields = ["text", "author", "source"]
    list_filter = ["author"]
