"""The pages of the style guide: both themes side by side, and one of them alone."""

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from content import rendering

from .specimens import sections

THEMES = ("light", "dark")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Light and dark beside each other, each in a frame."""
    return HttpResponse(render_to_string("styleguide/index.html", {"themes": THEMES}))


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in the theme of `?theme=`, else in that of the system."""
    theme = request.GET.get("theme", "")
    shown = [
        (title, [(specimen, specimen.html(request)) for specimen in specimens])
        for title, specimens in sections()
    ]
    context = {"theme": theme if theme in THEMES else "", "sections": shown, "prose": _prose()}
    return HttpResponse(render_to_string("styleguide/components.html", context))


@cache
def _prose() -> str:
    """A text with everything that authors can write."""
    source = Path(__file__).with_name("prose.md").read_text(encoding="utf-8")
    return rendering.render(source).html
