from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DownloadsConfig(AppConfig):
    name = "downloads"
    verbose_name = _("Downloads")

    def ready(self) -> None:
        from content import kinds, stamps, versions

        from .models import KindText, Package, PackagePicture, Release

        versions.guard(Package)
        stamps.follow([Package, PackagePicture, Release, KindText], stamps.CONTENT)
        for kind in Package.Kind:
            kinds.register(
                kinds.Kind(
                    name=kind.value,
                    label=kind.label,
                    model=Package,
                    card="components/package_row.html",
                    embed="components/package_embed.html",
                )
            )
