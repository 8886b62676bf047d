"""What a browser would send back from an admin form: every field as the page shows it."""

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    """Collects names and values of the form with the most fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        if not self.forms:
            return
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in {"submit", "file"}:
            chosen = given.get("type") in {"checkbox", "radio"}
            if not chosen or "checked" in given:
                self.forms[-1][name] = given.get("value", "on" if chosen else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.forms[-1][self._select] = given.get("value", "")
        elif tag == "textarea":
            self._textarea = name
            self.forms[-1][name] = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1][self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            # A browser leaves out the line break that follows the opening tag.
            text = self.forms[-1][self._textarea]
            self.forms[-1][self._textarea] = text.removeprefix("\r").removeprefix("\n")
            self._textarea = ""


def form_data(response: Any, **changes: Any) -> dict[str, Any]:
    """The fields of the main form of a page, with some of them changed."""
    parser = _Fields()
    parser.feed(response.content.decode())
    fields = max(parser.forms, key=len)
    fields = {name: value for name, value in fields.items() if "__prefix__" not in name}
    return {**fields, **changes}
