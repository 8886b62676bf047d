"""`{% picture %}`: a stored picture in the width that the visitor's screen needs."""

from typing import Any

from django import template

from content.models import Picture
from content.responsive import column_sizes, srcset

register = template.Library()


@register.inclusion_tag("components/picture.html")
def picture(
    row: Picture,
    *,
    sizes: str = "",
    alt: str = "",
    decorative: bool = False,
    eager: bool = False,
    **more: str,
) -> dict[str, Any]:
    """The `<img>` of a picture; takes `class` as well, which Python cannot name here.

    `sizes` is how wide it is shown, left out for one in the column of a text; `alt` is for
    a picture without a description, `decorative` for one beside which the same is written;
    `eager` for what is seen before anybody scrolls.
    """
    css_class = more.pop("class", "")
    if more:
        raise template.TemplateSyntaxError(f"picture does not know {sorted(more)}.")
    return {
        "address": row.get_absolute_url(),
        "width": row.width,
        "height": row.height,
        "srcset": srcset(row),
        "sizes": sizes or column_sizes(row.width),
        "alt": "" if decorative else row.description or alt,
        "css_class": css_class,
        "eager": eager,
    }
