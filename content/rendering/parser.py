"""The Markdown dialect of the site: which rules markdown-it runs, and in which order."""

from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from . import blocks, boxes, chinese, code, headings, links, raw_html


@cache
def parser() -> MarkdownIt:
    """The one parser; it keeps nothing between two renderings."""
    markdown = MarkdownIt(
        "gfm-like", {"html": True, "linkify": True, "tasklists": True, "maxNesting": 60}
    )
    # Inline notes (^[…]) recurse without a bound in the plugin.
    markdown.use(footnote_plugin, inline=False)
    # Scheme and host are judged where links and pictures are made, and by the sanitizer;
    # what is refused here would stand in the page as source.
    markdown.validateLink = links.is_harmless  # type: ignore[method-assign]
    for part in (chinese, boxes, headings, links, raw_html, blocks, code):
        part.install(markdown)
    return markdown
