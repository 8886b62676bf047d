"""The text of an article or a package as its page shows it."""

from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from content import finishing, stamps

register = template.Library()


@register.simple_tag(takes_context=True)
def finished(context: Context, content: Any) -> SafeString:
    """The text of `content` with marked terms and cards; in a `preview` nothing is kept."""
    present = context.get("stamps")
    if present is None:
        present = stamps.current()
    return finishing.finish(content, present, keep=not context.get("preview"))
