"""From the stored HTML of a text to what its page shows.

`body_html` is made when a text is saved. What depends on other rows is added when the page is
made: what apps register here (terms of the glossary), then the cards of linked content.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from . import embedding, keeping, stamps
from .models import Content

# Takes HTML and the present stamps, returns HTML.
Step = Callable[[str, Mapping[str, str]], str]


@dataclass(frozen=True)
class _Registered:
    step: Step
    subject: str


_steps: dict[type[Content], list[_Registered]] = {}


def add_step(model: type[Content], step: Step, subject: str) -> None:
    """From now on texts of `model` pass `step`, whose result follows the stamp of `subject`."""
    _steps.setdefault(model, []).append(_Registered(step, subject))


def finish(content: Content, present: Mapping[str, str], *, keep: bool = True) -> SafeString:
    """The HTML of `content` as its page shows it.

    `present` is what `stamps.current()` returned. With `keep` the result is kept under the
    stamps of all that it shows; a draft that is only previewed is not worth that.
    """
    steps = _steps.get(type(content), [])

    def make() -> str:
        html = content.body_html
        for registered in steps:
            html = registered.step(html, present)
        return embedding.with_cards(html, content)

    if not keep:
        return mark_safe(make())  # noqa: S308  the sanitizer's HTML with our own templates in it
    subjects = {stamps.CONTENT, *(registered.subject for registered in steps)}
    html = keeping.kept(_name(content), sorted(subjects), make, present=present)
    return mark_safe(html)  # noqa: S308


def _name(content: Content) -> str:
    """What tells this text from every other and from its earlier self."""
    state = (content.updated_at, content.renderer_version)
    return f"finished {content._meta.label_lower} {content.pk} {state}"
