"""The registry of the kinds of content: article, reprint, template, plugin.

Home, columns, tags, feeds, the sitemap and reports go through it, so that none of them
imports `articles` or `downloads`. Each app registers its kinds in its
`AppConfig.ready()`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from .models import Content, ContentQuerySet


@dataclass(frozen=True)
class Kind:
    """One kind of content.

    `name` stands in addresses (`/report/<name>/<id>/`), in search filters and in the
    database; `card` is the template that shows one row of a list, with the row as
    `content`; `embed` the template of the card that another text shows of it, likewise;
    `in_sitemap` is off for what is canonical elsewhere.
    """

    name: str
    label: "str | Promise"
    model: "type[Content]"
    card: str
    embed: str
    in_sitemap: bool = True
    in_feed: bool = True

    def objects(self) -> "ContentQuerySet[Any]":
        """Everything of this kind, whatever its state."""
        return self.model._default_manager.filter(kind=self.name)

    def listing(self) -> "ContentQuerySet[Any]":
        """What a visitor may see of this kind, newest first, with all that its card shows."""
        return self.model._default_manager.filter(kind=self.name).for_listing()


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make `kind` known. Registering the same name twice is a programming error."""
    if kind.name in _kinds:
        raise ValueError(f"The kind {kind.name!r} is registered twice.")
    _kinds[kind.name] = kind


def get(name: str) -> Kind:
    """The kind of that name, or KeyError."""
    return _kinds[name]


def every() -> tuple[Kind, ...]:
    """All kinds, in the order of registration."""
    return tuple(_kinds.values())


def in_area(area: str) -> tuple[Kind, ...]:
    """The kinds whose pages lie at `/<area>/<slug>/`."""
    return tuple(kind for kind in every() if kind.model.address_area == area)


def models(kinds: Iterable[Kind] | None = None) -> "tuple[type[Content], ...]":
    """The models behind the kinds, each once."""
    return tuple(dict.fromkeys(kind.model for kind in (every() if kinds is None else kinds)))


def rows(model: "type[Content]", chosen: "Iterable[Kind]") -> "ContentQuerySet[Any]":
    """The rows of `model` that are of one of the chosen kinds.

    Without a condition where these are all of its kinds: an index answers what is visible, and
    to ask for the kind costs a look at each row.
    """
    names = {kind.name for kind in chosen if kind.model is model}
    every_name = {kind.name for kind in _kinds.values() if kind.model is model}
    manager = model._default_manager
    return manager.all() if names == every_name else manager.filter(kind__in=sorted(names))


def choices() -> list[tuple[str, "str | Promise"]]:
    """Names and labels, for form fields."""
    return [(kind.name, kind.label) for kind in every()]
