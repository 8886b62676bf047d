"""Which spool files were added to the counts already."""

from django.db import models


class FoldedSpool(models.Model):
    """A spool file whose counts are in the database; it is never added twice."""

    name = models.CharField(max_length=80, unique=True)
    folded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
