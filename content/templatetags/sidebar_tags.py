"""The sidebar, put into a page by one tag."""

from collections.abc import Collection, Mapping
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from content import menu, sidebar, stamps
from content.keeping import kept, kept_of_page
from content.models import Column, Content

register = template.Library()


@register.simple_tag(takes_context=True, name="sidebar")
def sidebar_boxes(
    context: template.Context,
    content: Content | None = None,
    column: Column | None = None,
    shown: Collection[Content] = (),
) -> SafeString:
    """The boxes of the sidebar: for the page of `content`, of `column`, or any other.

    `shown` is what the page lists, which is not recommended once more. Reads the context
    variables `stamps` and `menu_groups`, which every page has, and `kept_as`, the name under
    which parts of the page are kept, if they are.
    """
    present: Mapping[str, str] | None = context.get("stamps")
    if present is None:
        present = stamps.current()

    def recommend() -> str:
        entries = sidebar.recommended(present, content=content, column=column, shown=shown)
        return str(render_to_string("components/sidebar_recommended.html", {"entries": entries}))

    return render_to_string(
        "components/sidebar.html",
        {
            "boxes": sidebar.drawn(present),
            "recommended": kept_of_page(context, "recommended", [stamps.CONTENT], recommend),
            "search": _search_box(context, present, column),
            "below_a_text": content is not None,
        },
    )


def _search_box(
    context: template.Context, present: Mapping[str, str], column: Column | None
) -> str:
    """The box 站内搜索 with its hundred columns, the present one chosen."""

    def make() -> str:
        groups: Any = context.get("menu_groups")
        return str(
            render_to_string(
                "components/sidebar_search.html",
                {
                    "menu_groups": menu.groups() if groups is None else groups,
                    "chosen": column.slug if column else "",
                },
            )
        )

    name = f"sidebar, search in {column.pk if column else 'the whole site'}"
    return kept(name, [stamps.COLUMNS], make, present=present)
