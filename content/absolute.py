"""Addresses made absolute, for readers who see a text or a picture away from the site."""

import re
from html import escape, unescape
from urllib.parse import urljoin

from django.conf import settings
from django.templatetags.static import static

# Whole tags of our own sanitized HTML, whose attributes stand in double quotes. An example of
# HTML in a text has no `<` of its own, so it is never taken for a tag.
_TAG = re.compile(r'<[a-z][a-z0-9]*(?:\s+[^\s="<>/]+(?:="[^"]*")?)+\s*/?>')
_ADDRESS = re.compile(r'(?<=\s)(href|src|srcset|poster|cite)="([^"]*)"')
_CANDIDATE = re.compile(r"([^\s,][^\s]*)((?:\s+[^,]*)?)")


def absolute_links(html: str, page_url: str) -> str:
    """`html` with every address as it is when it stands on the page at `page_url`."""
    return _TAG.sub(
        lambda tag: _ADDRESS.sub(lambda found: _absolute(found, page_url), tag[0]), html
    )


def _absolute(found: re.Match[str], page_url: str) -> str:
    name, value = found[1], unescape(found[2])
    if name == "srcset":
        value = _CANDIDATE.sub(lambda one: _join(page_url, one[1]) + one[2], value)
    else:
        value = _join(page_url, value)
    return f'{name}="{escape(value)}"'


def _join(page_url: str, address: str) -> str:
    try:
        return urljoin(page_url, address)
    except ValueError:  # for example a broken IPv6 host, which no reader can open either
        return address


def static_address(name: str) -> str:
    """The address of a static file, for whoever sees it away from the site."""
    return urljoin(f"{settings.SITE_URL}/", static(name))
