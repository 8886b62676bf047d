"""`{% kept %}`: a part of a page that is kept under the stamps of all that it shows.

Django's own {% cache %} knows neither languages nor the next scheduled publication.
"""

from collections.abc import Sequence

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString, mark_safe

from content import keeping, stamps

register = template.Library()
_SUBJECTS = frozenset({stamps.COLUMNS, stamps.CONTENT, stamps.SITE, stamps.GLOSSARY})


class KeptNode(template.Node):
    """What stands between the two tags, from memory where it can be."""

    def __init__(
        self,
        nodelist: NodeList,
        names: Sequence[FilterExpression],
        subjects: Sequence[str],
        seconds: float,
    ) -> None:
        self.nodelist = nodelist
        self.names = names
        self.subjects = subjects
        self.seconds = seconds

    def render(self, context: template.Context) -> SafeString:
        names = [name.resolve(context, ignore_failures=True) for name in self.names]
        if None in names:
            return self.nodelist.render(context)
        html = keeping.kept(
            f"part of a page: {[str(name) for name in names]}",
            self.subjects,
            lambda: str(self.nodelist.render(context)),
            present=context.get("stamps"),
            seconds=self.seconds,
        )
        return mark_safe(html)  # noqa: S308  it was rendered by these very templates


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept "name" variable … under content site %} … {% endkept %}`, perhaps `for 30`.

    The names together tell this part from all others: what it shows beside the subjects has to
    be among them. Where one of them is None, or there is no such variable, nothing is kept.
    `for` is how many seconds it is kept at most, for what changes without a stamp.
    """
    _tag, *words = token.split_contents()
    seconds = float(keeping.SECONDS)
    if words[-2:-1] == ["for"]:
        *words, _for, number = words
        seconds = float(number)
    if "under" not in words[1:-1]:
        raise template.TemplateSyntaxError("kept needs a name, under, and subjects.")
    place = words.index("under")
    names, subjects = words[:place], words[place + 1 :]
    if unknown := set(subjects) - _SUBJECTS:
        raise template.TemplateSyntaxError(f"kept does not know {sorted(unknown)}.")
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, [parser.compile_filter(name) for name in names], subjects, seconds)
