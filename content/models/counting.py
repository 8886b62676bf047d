"""What folding keeps: which spool files are done, and for a day who was counted already."""

from django.db import models


class FoldedSpool(models.Model):
    """A spool file whose counts are in the database; it is never added twice."""

    name = models.CharField(max_length=80, unique=True)
    folded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class VisitorSalt(models.Model):
    """The secret of one day, with which visitors are told apart on that day alone.

    Deleted with the day: afterwards nobody can find out whose digest was whose.
    """

    day = models.DateField(unique=True)
    salt = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.day)


class Visit(models.Model):
    """That somebody's view or download of something was counted, so that it is counted once.

    `visitor` is a digest that changes every day; rows are deleted after a day.
    """

    visitor = models.CharField(max_length=32)
    field = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    counted_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visitor", "field", "kind", "object_id"], name="content_visit_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.kind} {self.object_id}"
