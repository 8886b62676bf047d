"""Packages, their releases and screenshots, and the texts that each kind carries."""

from .kind_text import KindText
from .package import Package, PackagePicture, PackageQuerySet, Release, ReleaseQuerySet

__all__ = ["KindText", "Package", "PackagePicture", "PackageQuerySet", "Release", "ReleaseQuerySet"]
