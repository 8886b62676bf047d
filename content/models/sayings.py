"""The short texts of the sidebar: commands to learn, and lines of classical verse."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from content.plain import without_invisible

from .lines import tidy_lines


class Command(models.Model):
    """A Linux command with its meaning, for the box 知识学习."""

    command = models.CharField(_("command"), max_length=200, unique=True)
    meaning = models.CharField(_("meaning"), max_length=300)

    class Meta:
        ordering = ["command"]
        verbose_name = _("Linux command")
        verbose_name_plural = _("Linux commands")

    def __str__(self) -> str:
        return self.command

    def clean(self) -> None:
        super().clean()
        # Not one line: two spaces within quotes are part of a command.
        tidy_lines(self, "command", tidy=without_invisible)
        tidy_lines(self, "meaning")


class Verse(models.Model):
    """A line of classical verse, for the box 时光飞逝."""

    text = models.CharField(_("line"), max_length=120, unique=True)
    author = models.CharField(_("poet"), max_length=40)
    source = models.CharField(_("poem"), max_length=60, blank=True)

    class Meta:
        ordering = ["author", "text"]
        verbose_name = _("line of verse")
        verbose_name_plural = _("lines of verse")

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        super().clean()
        tidy_lines(self, "text", "author", "source")
