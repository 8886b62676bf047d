"""The site's own settings and links as pages read them: from memory, while nobody changes them."""

from dataclasses import dataclass, field

from . import stamps
from .models import SiteLink, SiteSettings


@dataclass(frozen=True)
class _Said:
    """What admins said, and the stamp under which it was read."""

    stamp: str = ""
    settings: SiteSettings = field(default_factory=lambda: SiteSettings(pk=1))
    links: tuple[SiteLink, ...] = ()


_kept = _Said()


def _said(stamp: str) -> _Said:
    global _kept
    if not stamp:  # nothing was ever saved
        return _Said()
    kept = _kept
    if kept.stamp != stamp:
        kept = _kept = _Said(stamp, SiteSettings.load(), tuple(SiteLink.objects.all()))
    return kept


def present(stamp: str) -> SiteSettings:
    """The settings under this stamp of `stamps.SITE`; asks the database once for each stamp."""
    return _said(stamp).settings


def links(stamp: str) -> tuple[SiteLink, ...]:
    """The links in the footer, likewise."""
    return _said(stamp).links


def current() -> SiteSettings:
    """The settings where no page has read the stamps: letters, commands."""
    return present(stamps.current().get(stamps.SITE, ""))
