"""Values that change whenever something that many pages show is changed."""

from django.db import models


class Stamp(models.Model):
    """What stands for the present state of one subject; what was made from it is kept under it.

    The value is drawn at random at every change: after a restored backup, or a transaction
    that was rolled back, no value stands for two states.
    """

    name = models.CharField(max_length=20, unique=True)
    value = models.CharField(max_length=16)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
