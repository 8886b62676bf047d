"""The site's own settings as pages read them: from memory, as long as nobody changed them."""

from . import stamps
from .models import SiteSettings

_kept: tuple[str, SiteSettings] = ("", SiteSettings(pk=1))


def present(stamp: str) -> SiteSettings:
    """The settings under this stamp of `stamps.SITE`; asks the database once for each stamp.

    An empty stamp means that nothing was ever saved: the defaults.
    """
    global _kept
    kept = _kept
    if not stamp:
        return SiteSettings(pk=1)
    if kept[0] != stamp:
        kept = _kept = (stamp, SiteSettings.load())
    return kept[1]


def current() -> SiteSettings:
    """The same where no page has read the stamps: letters, commands."""
    return present(stamps.current().get(stamps.SITE, ""))
