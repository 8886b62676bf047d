"""Fields that hold one line of text, which a reader has to be able to see."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from content.plain import one_line


def tidy_lines(row: Model, *names: str, tidy: Callable[[str], str] = one_line) -> None:
    """Make one line of each of these fields, without invisible characters.

    Raises `ValidationError` when nothing is left of a field that may not be blank.
    """
    errors: dict[str, Any] = {}
    for name in names:
        field: Any = row._meta.get_field(name)
        setattr(row, name, tidy(getattr(row, name)))
        if not getattr(row, name) and not field.blank:
            errors[name] = field.error_messages["blank"]
    if errors:
        raise ValidationError(errors)
