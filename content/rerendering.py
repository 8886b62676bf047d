"""Stored HTML brought up to date: after an upgrade of the renderer, or when a picture got sizes.

Nothing else of a text changes by it: neither its time of change nor its versions, and the
search index hears of it only if the words are others than before.
"""

import logging
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from . import kinds, stamps
from .models import Content, PictureUse
from .rendering import VERSION, RenderingRefused

logger = logging.getLogger(__name__)

BATCH = 20
# Whoever saves writes the present version, so this process need not look twice. A text that
# is refused now keeps its old HTML, and is tried again when the next process starts.
_is_done = False


def rerender() -> None:
    """Render anew what an older renderer made."""
    global _is_done
    if _is_done:
        return
    # Before it is: another thread that finds more says so while this one is at work.
    _is_done = True
    try:
        for model in kinds.models():
            _rerender(model._base_manager.filter(renderer_version__lt=VERSION))
    except BaseException:
        _is_done = False
        raise


def mark_outdated(pictures: "QuerySet[Any]") -> None:
    """Have everything rendered anew that shows one of these pictures; call in a transaction."""
    global _is_done
    for model in kinds.models():
        shown = PictureUse.objects.filter(
            picture__in=pictures,
            content_type__app_label=model._meta.app_label,
            content_type__model=model._meta.model_name,
        )
        model._base_manager.filter(pk__in=shown.values("object_id")).update(renderer_version=0)
    _is_done = False


def _rerender(rows: "QuerySet[Any]") -> None:
    after = 0
    while batch := list(rows.filter(pk__gt=after).select_related("cover").order_by("pk")[:BATCH]):
        after = batch[-1].pk
        # Rendered before the transaction, which keeps all others from writing.
        ready = [(row, before) for row in batch if (before := _render(row)) is not None]
        with transaction.atomic():
            written = [_write(row, *before) for row, before in ready]
            if any(written):
                stamps.change(stamps.CONTENT)


def _render(row: Content) -> tuple[str, int] | None:
    """Render `row`; the text and the version that it had before, or None if it is refused."""
    before = (row.body_text, row.renderer_version)
    try:
        row.render_body()
    except RenderingRefused as refused:
        logger.warning("%r keeps the HTML that it has: %s", row, refused)
        return None
    return before


def _write(row: Content, text: str, version: int) -> bool:
    """Write what was made of `row`, unless somebody saved it meanwhile."""
    present = type(row)._base_manager.filter(pk=row.pk, body=row.body, renderer_version=version)
    if row.body_text != text and present.exists():
        row._derive()
        row.save(update_fields=row.DERIVED_FIELDS)  # save(): the search index listens to saves
    elif not present.update(
        body_html=row.body_html, headings=row.headings, renderer_version=row.renderer_version
    ):
        return False
    PictureUse.record(row, row.picture_names())
    return True
