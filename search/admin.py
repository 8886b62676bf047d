"""For admins: which engines there are, how far they are behind, and what is parked."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import admin_queries, admin_vocabulary, outbox  # noqa: F401 - they register themselves
from .models import Engine, OutboxRow


class _ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only programs write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Engine)
class EngineAdmin(_ReadOnlyAdmin):
    """The indexes that are kept in step, and how well."""

    list_display = ["name", "host", "seen_at", "built_at", "waiting", "lag", "parked"]
    readonly_fields = ["waiting", "lag", "parked"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Engine]:
        waiting = Q(outbox__parked=False)
        return (
            super()
            .get_queryset(request)
            .annotate(
                waiting_count=Count("outbox", filter=waiting),
                oldest=Min("outbox__changed_at", filter=waiting),
                parked_count=Count("outbox", filter=Q(outbox__parked=True)),
            )
        )

    @admin.display(description=_("waiting"), ordering="waiting_count")
    def waiting(self, engine: Any) -> int:
        return engine.waiting_count

    @admin.display(description=_("behind by"), ordering="oldest", empty_value="—")
    def lag(self, engine: Any) -> str | None:
        return timesince(engine.oldest, timezone.now()) if engine.oldest else None

    @admin.display(description=_("parked"), ordering="parked_count")
    def parked(self, engine: Any) -> int:
        return engine.parked_count


@admin.register(OutboxRow)
class OutboxRowAdmin(_ReadOnlyAdmin):
    """What waits to be indexed; what failed eight times is parked until somebody retries it."""

    list_display = [
        "subject",
        "engine",
        "parked",
        "attempts",
        "changed_at",
        "due_at",
        "short_error",
    ]
    list_filter = ["parked", "engine", "model"]
    list_select_related = ["engine"]
    search_fields = ["model", "object_id", "error"]
    ordering = ["-parked", "due_at", "pk"]
    actions = ["retry"]
    fields = [
        "engine",
        "model",
        "object_id",
        "changed_at",
        "due_at",
        "attempts",
        "parked",
        "whole_error",
    ]
    readonly_fields = ["whole_error"]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("search.change_outboxrow")

    @admin.action(description=_("Try the parked documents again"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[OutboxRow]) -> None:
        count = outbox.retry(queryset)
        text = ngettext(
            "%(count)d document is tried again.", "%(count)d documents are tried again.", count
        )
        self.message_user(request, text % {"count": count})

    @admin.display(description=_("object"), ordering="model")
    def subject(self, row: OutboxRow) -> str:
        return f"{row.model}.{row.object_id}"

    @admin.display(description=_("last error"))
    def short_error(self, row: OutboxRow) -> str:
        return row.error[:120]

    @admin.display(description=_("last error"), empty_value="—")
    def whole_error(self, row: OutboxRow) -> str:
        return format_html("<pre>{}</pre>", row.error)
