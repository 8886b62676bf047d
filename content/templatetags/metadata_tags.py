"""`{% metadata %}` of base.html: reads from the context what the page is about."""

from html import unescape
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.http import urlencode

from content import metadata as made
from content.models import Author, Column, Content, SiteSettings
from content.plain import one_line

register = template.Library()

# Types of pages that are not lists, by the name of their address.
PAGE_TYPES = {"content:about": "AboutPage"}


@register.inclusion_tag("components/metadata.html", takes_context=True)
def metadata(context: Context) -> dict[str, Any]:
    """Open Graph and JSON-LD of this page; nothing where search engines are sent away."""
    request, site = context.get("request"), context.get("site")
    if request is None or site is None or context.get("preview"):
        return {}
    if "noindex" in _block(context, "robots"):
        return {}
    found = _describe(context, site, _address(context))
    has_description = "description" in _block(context, "description")
    return {
        "metadata": found,
        "site_name": site.shown_name,
        "description": "" if has_description else found.description,
    }


def _describe(context: Context, site: SiteSettings, url: str) -> made.Metadata:
    for name in ("article", "package"):
        if isinstance(content := context.get(name), Content):
            return made.of_content(site, content, context.get("pictures") or ())
    if isinstance(author := context.get("author"), Author):
        return made.of_author(site, author, url)
    match = context["request"].resolver_match
    name = match.view_name if match else ""
    if name == "content:home":
        return made.of_home(site, url)
    # On the search page this is a name, not a column.
    found = context.get("column")
    column = found if isinstance(found, Column) else None
    title = one_line(unescape(_block(context, "title")))
    return made.of_page(
        site,
        title,
        url,
        type_=PAGE_TYPES.get(name, "WebPage"),
        description=column.description if column else "",
        column=column,
        contents=context.get("contents"),
    )


def _address(context: Context) -> str:
    """The address of the page that is shown, without what a visitor may have added to it."""
    if path := context.get("canonical"):
        return made.absolute(path)
    request, page = context["request"], context.get("page") or context.get("page_obj")
    # A kind that the page did not take for one is dropped, as is everything else.
    query: dict[str, Any] = {"kind": context.get("kind"), "page": page.number if page else 1}
    query = {name: value for name, value in query.items() if value not in ("", None, 1)}
    return made.absolute(request.path) + (f"?{urlencode(query)}" if query else "")


def _block(context: Context, name: str) -> str:
    """What the page puts into that block of base.html, so that it need not say it twice."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    return block.render(context) if block is not None else ""
