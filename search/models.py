"""The outbox that feeds the search engines; what admins teach search; what was searched for."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from . import segmentation
from .folding import clean, fold


class Engine(models.Model):
    """One index that is kept in step: a host's embedded one, or a shared server's.

    A host registers its embedded index when its worker first runs; one unseen for a week
    is forgotten with its outbox rows, and rebuilds on return.
    """

    name = models.CharField(_("name"), max_length=150, unique=True)
    connection = models.CharField(_("connection"), max_length=50)
    host = models.CharField(_("host"), max_length=100, blank=True)
    seen_at = models.DateTimeField(_("last seen"))
    built_at = models.DateTimeField(_("last built"), null=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("search engine")
        verbose_name_plural = _("search engines")

    def __str__(self) -> str:
        return self.name


class OutboxRow(models.Model):
    """That an object changed and an engine has not heard of it yet.

    It names an object, not its content: whoever drains it reads the object's present
    state, so repetition and order do not matter. `change` is new with every change; a
    row is only deleted while it still carries the change that was read.
    """

    engine = models.ForeignKey(
        Engine, models.CASCADE, related_name="outbox", verbose_name=_("search engine")
    )
    model = models.CharField(_("model"), max_length=100)
    object_id = models.CharField(_("object"), max_length=50)
    change = models.UUIDField(default=uuid.uuid4)
    changed_at = models.DateTimeField(_("changed at"))
    due_at = models.DateTimeField(_("due at"))
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)
    parked = models.BooleanField(_("parked"), default=False)

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("outbox row")
        verbose_name_plural = _("outbox rows")
        constraints = [
            models.UniqueConstraint(
                fields=["engine", "model", "object_id"], name="search_outboxrow_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["engine", "parked", "due_at"], name="search_outboxrow_due"),
        ]

    def __str__(self) -> str:
        return f"{self.model}.{self.object_id} → {self.engine}"


class Vocabulary(models.Model):
    """One row whose value changes with every change of words, synonyms and pins.

    Every process asks for it with each search, and reads the vocabulary anew when it differs.
    """

    value = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="search_vocabulary_one_row"),
        ]

    def __str__(self) -> str:
        return self.value


class Word(models.Model):
    """A word that queries are cut at though the dictionary does not know it."""

    text = models.CharField(
        _("word"),
        max_length=30,
        unique=True,
        help_text=_("At least two Chinese characters, for example 数据湖."),
        error_messages={"unique": _("This word is there already.")},
    )
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    class Meta:
        ordering = ["text"]
        verbose_name = _("editors' word")
        verbose_name_plural = _("editors' words")

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        super().clean()
        self.text = fold("".join(clean(self.text).split()))
        if not len(self.text) >= 2 or not segmentation.is_han(self.text):
            raise ValidationError({"text": _("A word has at least two Chinese characters.")})


class Synonym(models.Model):
    """Words that count as each other: who searches one finds the texts with any of them."""

    MAX_WORDS = 10

    words = models.JSONField(_("words"), default=list)
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("group of synonyms")
        verbose_name_plural = _("groups of synonyms")

    def __str__(self) -> str:
        return " = ".join(self.words)

    def clean(self) -> None:
        super().clean()
        texts = [fold(" ".join(clean(str(word)).split()))[:60] for word in self.words or ()]
        self.words = [text for text in dict.fromkeys(texts) if segmentation.read(text)]
        if not 2 <= len(self.words) <= self.MAX_WORDS:
            raise ValidationError(
                {"words": _("A group has two to %(number)s words.") % {"number": self.MAX_WORDS}}
            )


class Pin(models.Model):
    """A document that stands first for one query."""

    query = models.CharField(_("query"), max_length=100)
    model = models.CharField(_("model"), max_length=100)
    object_id = models.CharField(_("object"), max_length=50)
    position = models.PositiveIntegerField(_("position"), default=0)
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    class Meta:
        ordering = ["query", "position", "pk"]
        verbose_name = _("pinned result")
        verbose_name_plural = _("pinned results")
        constraints = [
            models.UniqueConstraint(
                fields=["query", "model", "object_id"],
                name="search_pin_unique",
                violation_error_message=_("This result is pinned to that query already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.query} → {self.model}.{self.object_id}"

    def clean(self) -> None:
        super().clean()
        self.query = folded_query(self.query)
        if not self.query:
            raise ValidationError({"query": _("Give the query.")})


class QueryCount(models.Model):
    """How often one query was asked on one day; nothing says by whom or at what hour."""

    day = models.DateField(_("day"))
    query = models.CharField(_("query"), max_length=100)
    searches = models.PositiveIntegerField(_("searches"), default=0)
    results = models.PositiveIntegerField(_("results"), default=0)  # of the last one
    clicks = models.PositiveIntegerField(_("clicks"), default=0)

    class Meta:
        ordering = ["-day", "-searches", "query"]
        verbose_name = _("query")
        # What the admin's list of lists calls the desk that stands in place of the rows.
        verbose_name_plural = _("search operations")
        constraints = [
            models.UniqueConstraint(fields=["query", "day"], name="search_querycount_unique"),
        ]
        indexes = [models.Index(fields=["day"], name="search_querycount_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.query}"


class FoldedLog(models.Model):
    """A file of the query log whose lines are counted; it is never counted twice."""

    name = models.CharField(max_length=80, unique=True)
    folded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


def folded_query(text: str) -> str:
    """A query as it is counted and pinned: one spelling, single spaces, at most 100 characters."""
    return fold(" ".join(clean(text).split()))[:100].rstrip()
