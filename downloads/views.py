"""The list of packages, the page of one, and its file."""

import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.functional import SimpleLazyObject
from django.utils.http import content_disposition_header, http_date
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from content import counting, kinds, stamps
from content.addresses import AddressedMixin, Gone, Moved, find, find_shown, shown
from content.listing import Listing
from content.related import related
from content.views import ListingView

from . import storage
from .models import KindText, Package, Release
from .ranges import RangeFileResponse

_CACHING = "private, no-cache"


class PackageListView(ListingView):
    """All packages, or those of one kind, the newest or the most downloaded first."""

    template_name = "downloads/package_list.html"
    DOWNLOADS = "downloads"  # the other order; without one, the newest comes first

    def get_listing(self) -> Any:
        wanted = self.request.GET.get("kind", "")
        self.kind = wanted if wanted in Package.Kind.values else ""
        self.sort = self.DOWNLOADS if self.request.GET.get("sort") == self.DOWNLOADS else ""
        chosen = [kind for kind in of_packages() if self.kind in {kind.name, ""}]
        if not self.sort:
            return Listing(only=chosen)
        rows = kinds.rows(Package, chosen).for_listing()
        return rows.order_by("-downloads", "-published_at", "-pk")

    def choices(self) -> dict[str, str]:
        return {"kind": self.kind, "sort": self.sort}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        # The other order, and whatever else stands in the address, is not another list.
        said = {"kind": self.kind, "page": 1 if self.sort else context["page"].number}
        query = urlencode({key: value for key, value in said.items() if value not in {"", 1}})
        return {
            **context,
            "kind": self.kind,
            "kinds": Package.Kind.choices,
            "sort": self.sort,
            "canonical": f"{reverse('downloads:list')}{'?' if query else ''}{query}",
        }


def of_packages() -> list[kinds.Kind]:
    """The kinds whose rows are packages."""
    return [kind for kind in kinds.every() if kind.model is Package]


def kind_texts(package: Package) -> dict[str, Any]:
    """Purpose sentence and disclaimer of a package, as its page shows them; read when it does."""
    texts: Any = SimpleLazyObject(lambda: KindText.of(package))
    return {
        "purpose": SimpleLazyObject(lambda: texts.purpose_of(package)),
        "disclaimer": SimpleLazyObject(lambda: texts.disclaimer_of(package)),
    }


class PackageDetailView(AddressedMixin, TemplateView):
    """One package: what it is for, what is inside, and its file."""

    template_name = "downloads/package_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Package.objects.select_related("column__parent", "author", "cover", "latest_release")
        rows = rows.defer("body", "body_html", "body_text", "latest_release__listing")
        present = stamps.of_request(self.request)
        package = find_shown(rows, self.kwargs["slug"], present)
        counting.count_view(self.request, package)
        return super().get_context_data(
            package=package,
            releases=package.releases.defer("listing"),
            pictures=package.pictures.order_by("packagepicture__position", "packagepicture__pk"),
            alike=SimpleLazyObject(
                lambda: related(package, only=of_packages(), limit=4, present=present)
            ),
            kept_as=f"package {package.pk}",
            **kind_texts(package),
            **kwargs,
        )


@require_safe
def package_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The ZIP of the latest release, or of the one that `?version=` names, as an attachment.

    404 where its page would not be shown.
    """
    try:
        package = shown(find(Package.objects.select_related("latest_release"), slug))
    except Gone:
        # The page says 410 and why; the file is simply not there.
        raise Http404 from None
    except Moved as moved:
        query = request.META.get("QUERY_STRING", "")
        address = f"{moved.url}file" + (f"?{query}" if query else "")
        return HttpResponse(status=301, headers={"Location": address})
    version = request.GET.get("version", "")
    if not version:
        return serve(request, package, package.latest_release)
    return serve(request, package, get_object_or_404(package.releases, version=version[:40]))


def serve(request: HttpRequest, package: Package, release: Release) -> HttpResponse:
    """The response with the file, or with the address that nginx serves it from."""
    path = storage.package_path(release.sha256)
    if settings.X_ACCEL_PACKAGES:
        # nginx answers conditions and ranges itself, by validators of its own.
        response = HttpResponse()
        relative = path.relative_to(settings.PACKAGES_DIR).as_posix()
        response["X-Accel-Redirect"] = f"{settings.X_ACCEL_PACKAGES.rstrip('/')}/{relative}"
    else:
        try:
            response = _answer(request, release, path)
        except FileNotFoundError as error:
            raise Http404 from error
    if response.status_code in {200, 206}:
        counting.count_download(request, package)
        response["Content-Type"] = "application/zip"
        response["Content-Disposition"] = content_disposition_header(
            True, file_name(package, release)
        )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = _CACHING
    return response


def _answer(request: HttpRequest, release: Release, path: Path) -> HttpResponse:
    """The file, a part of it, 304 when the visitor has it, or 412 when another was wanted."""
    etag, modified = f'"{release.sha256}"', release.created_at.timestamp()
    validators = {"ETag": etag, "Last-Modified": http_date(modified), "Cache-Control": _CACHING}
    unconditional = HttpResponse(headers=validators)
    response = get_conditional_response(request, etag, int(modified), unconditional)
    if response is unconditional:
        response = RangeFileResponse(request, path.open("rb"), etag=etag, headers=validators)
    return response


def file_name(package: Package, release: Release) -> str:
    """What the visitor's browser calls the file: the title and the version.

    Without what is not seen: a mark that turns the direction of writing would make
    `gpj.exe` of a name that ends in `exe.jpg`.
    """
    unsafe = str.maketrans(dict.fromkeys('/\\:*?"<>|\r\n\t\u2028\u2029', "-"))
    title = "".join(
        character
        for character in package.title.translate(unsafe)
        if not unicodedata.category(character).startswith("C")
    )
    # File systems allow 255 bytes; the version and the extension need up to 45.
    title = title.encode()[:200].decode(errors="ignore").strip(" .-")
    return f"{title or package.slug}-{release.version}.zip"
