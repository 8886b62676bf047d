"""Markdown of authors made into the safe HTML that pages show.

`render()` is pure and takes as long as it takes; whatever a person typed goes through
`render_bounded()`, which keeps the limits of size and time.
"""

from .bounded import render_bounded
from .document import VERSION, Heading, Rendered, RenderingRefused, render

__all__ = ["VERSION", "Heading", "Rendered", "RenderingRefused", "render", "render_bounded"]
