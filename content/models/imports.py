"""What was imported from where, so that repeating an import changes nothing."""

from django.db import models


class ImportRecord(models.Model):
    """One imported file. Its identity is its path below the root of the import.

    `source_sha256` is of the file as it was read; `content_sha256` of what the import
    wrote into the row, so that an editor's later change can be told and is left alone.
    """

    model = models.CharField(max_length=50)
    path = models.CharField(max_length=500)
    object_id = models.BigIntegerField(null=True)
    source_sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64)
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "path"], name="content_importrecord_unique"),
        ]

    def __str__(self) -> str:
        return self.path
