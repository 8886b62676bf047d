"""{% excerpt result query %} and {% marked title query %}: a reader's words, marked."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from haystack.constants import DOCUMENT_FIELD

from search import highlighting

register = template.Library()


@register.simple_tag
def excerpt(result: Any, query: str, length: int = 160) -> SafeString:
    """The best passage of a search result, or of a text, for this query."""
    text = result if isinstance(result, str) else getattr(result, DOCUMENT_FIELD, None)
    return highlighting.excerpt(str(text or ""), str(query or ""), length)


@register.simple_tag
def marked(title: Any, query: str) -> SafeString:
    """A title with the words of this query marked."""
    return highlighting.mark(str(title or ""), str(query or ""))
