"""The worker's jobs: who holds which lease, and when each last ran."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One job of `settings.WORKER_JOBS`, or one per host where it says so."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    holder = models.CharField(_("held by"), max_length=100, blank=True)
    leased_until = models.DateTimeField(_("held until"), null=True)
    started_at = models.DateTimeField(_("last started"), null=True)
    finished_at = models.DateTimeField(_("last finished"), null=True)
    error = models.TextField(_("last error"), blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return self.name
