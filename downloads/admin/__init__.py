"""Packages and the texts of their kinds in admin."""

from .kind_texts import KindTextAdmin
from .packages import PackageAdmin

__all__ = ["KindTextAdmin", "PackageAdmin"]
