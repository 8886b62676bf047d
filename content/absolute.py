"""Links of a rendered text made absolute, for readers who see it away from the site."""

import re

# The renderer writes attributes in double quotes, so this cannot miss or hit anything else.
_LINK = re.compile(r'(?<=[ \n])(href|src)="(/(?!/)|#)')


def absolute_links(html: str, site_url: str) -> str:
    """`html` of the renderer with every own address beginning with `site_url`."""
    return _LINK.sub(
        lambda match: f'{match[1]}="{site_url}/' if match[2] == "/" else match[0], html
    )
