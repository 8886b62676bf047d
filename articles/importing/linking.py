"""The addresses of a text made into the site's own: pictures stored, links led to pages."""

from django.urls import reverse

from articles.models import Article
from content.pictures import PictureRefused
from content.rendering.links import own_anchor

from . import addresses, targets
from .addresses import Address
from .anchors import Anchors
from .documents import Document
from .pictures import PictureImport
from .report import Report, Warned
from .targets import Target

# What the site itself serves: an address that leads there is no dead link.
_OWN_AREAS = ("articles", "authors", "columns", "downloads", "pictures", "search", "static", "tags")


class Library:
    """Which file lives at which address of the site, and where on its page one may land."""

    def __init__(self) -> None:
        self.slugs: dict[str, str] = {}
        self.texts: dict[str, Article | Document] = {}
        self._anchors: dict[str, Anchors] = {}

    def add(self, path: str, slug: str, text: Article | Document) -> None:
        """The file at `path` is, or will be, the article at `slug`."""
        self.slugs[path], self.texts[path] = slug, text

    def remove(self, path: str) -> None:
        self.slugs.pop(path, None)

    def find(self, paths: list[str]) -> str | None:
        """The first of these files that is an article."""
        return next((path for path in paths if path in self.slugs), None)

    def address(self, path: str, fragment: str) -> tuple[str, bool]:
        """The address of an article, and whether the place in it was found."""
        url = reverse("articles:detail", args=[self.slugs[path]])
        if not fragment:
            return url, True
        if path not in self._anchors:
            self._anchors[path] = Anchors(self.texts[path].body)
        place = self._anchors[path].find(fragment)
        return (f"{url}#{place}", True) if place else (url, False)


class Linking:
    """Rewrites one text after another, counting and warning in the report."""

    def __init__(self, library: Library, pictures: PictureImport, report: Report) -> None:
        self.library, self.pictures, self.report = library, pictures, report

    def whole(self, document: Document) -> tuple[str, set[str]]:
        """The text with every address made ours that can be, and the files it links to."""
        linked: set[str] = set()
        own: list[Anchors] = []

        def choose(address: Address) -> str | None:
            if targets.is_foreign(address.url):
                self.report.foreign_pictures += address.is_picture
                return None
            target = targets.resolve(document.path, address.url)
            if target is None:
                self._outside(document.path, address)
                return None
            if not target.path and not target.is_folder:
                own.extend([Anchors(document.body)] if not own else [])
                return self._here(document.path, target, own[0])
            if address.is_picture or target.is_picture:
                return self.picture(document.path, address, target)
            return self._link(document.path, address, target, linked)

        return addresses.rewrite(document.body, choose), linked

    def late(self, path: str, text: str) -> str:
        """The stored text of an unchanged file, whose links may lead somewhere by now."""

        def choose(address: Address) -> str | None:
            target = targets.resolve(path, address.url)
            if target is None or address.is_picture or target.is_picture:
                return None
            if not target.path and not target.is_folder:
                return None
            found = self.library.find(targets.document_paths(target))
            if found is None or _is_own(target):
                return None
            self.report.links += 1
            return self.library.address(found, target.fragment)[0]

        return addresses.rewrite(text, choose)

    def _outside(self, path: str, address: Address) -> None:
        url = address.url.strip()
        if url.startswith("."):
            kind = Warned.MISSING_PICTURE if address.is_picture else Warned.DEAD_LINK
            self.report.warn(kind, path, url)

    def _here(self, path: str, target: Target, anchors: Anchors) -> str | None:
        place = anchors.find(target.fragment)
        if place is None:
            self.report.warn(Warned.LOST_FRAGMENT, path, f"#{target.fragment}")
            return None
        # The renderer itself finds what is written like the heading.
        return None if place == own_anchor(target.fragment) else f"#{place}"

    def picture(self, path: str, address: Address, target: Target) -> str | None:
        """The address of the stored picture; None leaves what is written."""
        if _is_own(target):
            return None
        try:
            found = self.file(path, target)
            if found is None:
                self.report.warn(Warned.MISSING_PICTURE, path, address.url)
                return None
            stored = self.pictures.take(found)
        except PictureRefused as refused:
            self.report.warn(Warned.REFUSED_PICTURE, path, f"{address.url}: {refused}")
            return None
        return reverse("content:picture", args=[stored.name]) if stored else None

    def file(self, path: str, target: Target) -> str | None:
        """The file of the source that is the picture `target`."""
        candidates = targets.picture_paths(path, target)
        return next((name for name in candidates if self.pictures.source.has(name)), None)

    def _link(self, path: str, address: Address, target: Target, linked: set[str]) -> str | None:
        found = self.library.find(targets.document_paths(target))
        if found is None:
            if not _is_own(target):
                self.report.warn(Warned.DEAD_LINK, path, address.url)
            return None
        linked.add(found)
        self.report.links += 1
        url, is_exact = self.library.address(found, target.fragment)
        if not is_exact:
            self.report.warn(Warned.LOST_FRAGMENT, path, address.url)
        return url


def _is_own(target: Target) -> bool:
    return target.is_absolute and target.path.partition("/")[0] in _OWN_AREAS
