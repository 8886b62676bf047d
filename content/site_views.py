"""What the site says of itself: the about page, icon, manifest, and how to search it."""

from pathlib import Path
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from . import site_settings
from .absolute import static_address
from .plain import xml_text

DAY = 86_400  # seconds
# The colours of site.css by day; a manifest knows no night.
PAPER, THEME = "#fafbf9", "#fafbf9"


class AboutView(TemplateView):
    """What admins wrote about the site; a sentence while they wrote nothing."""

    template_name = "content/about.html"


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon for whoever asks for it by its old name without reading a page."""
    path = finders.find("img/favicon.ico")
    if path is None:
        raise Http404
    response = HttpResponse(Path(path).read_bytes(), content_type="image/x-icon")
    patch_cache_control(response, public=True, max_age=DAY)
    return response


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Name, colours and icons for whoever puts the site on a home screen."""
    site = site_settings.current()
    icons = [(192, "any", "icon-192.png"), (512, "any", "icon-512.png")]
    icons.append((512, "maskable", "icon-maskable-512.png"))
    said: dict[str, Any] = {
        "name": site.shown_name,
        "short_name": site.shown_name[:12],
        "description": site.tagline,
        "lang": "zh-Hans",
        "dir": "ltr",
        "id": "/",
        "start_url": reverse("content:home"),
        "scope": reverse("content:home"),
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": THEME,
        "icons": [
            {
                "src": static(f"img/{name}"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size, purpose, name in icons
        ],
    }
    response = JsonResponse(
        {name: value for name, value in said.items() if value},
        content_type="application/manifest+json; charset=utf-8",
        json_dumps_params={"ensure_ascii": False},
    )
    patch_cache_control(response, max_age=3600)
    return response


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    """OpenSearch 1.1: how a browser or another program searches this site."""
    response = HttpResponse(content_type="application/opensearchdescription+xml; charset=utf-8")
    xml = SimplerXMLGenerator(response, "utf-8")
    xml.startDocument()
    namespace = AttributesImpl({"xmlns": "http://a9.com/-/spec/opensearch/1.1/"})
    xml.startElement("OpenSearchDescription", namespace)
    name = xml_text(site_settings.current().shown_name)
    for element, text in (
        ("ShortName", name[:16]),
        ("LongName", name[:48]),
        ("Description", _("Search the articles and downloads of %(site)s.") % {"site": name}),
        ("Language", "zh-Hans"),
        ("InputEncoding", "UTF-8"),
        ("OutputEncoding", "UTF-8"),
    ):
        xml.addQuickElement(element, text)
    for size, media_type, file_name in (
        ("48", "image/x-icon", "favicon.ico"),
        ("192", "image/png", "icon-192.png"),
    ):
        xml.addQuickElement(
            "Image",
            static_address(f"img/{file_name}"),
            {"height": size, "width": size, "type": media_type},
        )
    for attributes in _search_addresses():
        xml.addQuickElement("Url", attrs=attributes)
    xml.endElement("OpenSearchDescription")
    xml.endDocument()
    patch_cache_control(response, max_age=3600)
    return response


def _search_addresses() -> list[dict[str, str]]:
    """The attributes of each Url element; suggestions only where the site gives them."""
    query = "?q={searchTerms}"
    addresses = [
        {"type": "text/html", "template": settings.SITE_URL + reverse("search:page") + query},
        {
            "type": "application/opensearchdescription+xml",
            "rel": "self",
            "template": settings.SITE_URL + reverse("content:opensearch"),
        },
    ]
    try:
        suggest = settings.SITE_URL + reverse("search:suggest") + query
    except NoReverseMatch:
        return addresses
    return [*addresses, {"type": "application/x-suggestions+json", "template": suggest}]
