"""What a page says to programs: Open Graph for whoever shares it, schema.org for search engines.

Everything here is made from rows that the page has read already. What only some kinds have is
asked for by name: `original_author` and `source_url` of a reprint; `latest_release`, `licence`,
`environment` and `get_file_url()` of a package.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from .absolute import static_address
from .models import Author, Column, Content, Picture, SiteSettings
from .plain import one_line
from .templatetags.content_tags import file_size

Node = dict[str, Any]
LANGUAGE = "zh-Hans"
SHARE_SIZE = (1200, 630)
# Licences whose name in the SPDX list is the one that editors write.
SPDX = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "GPL-2.0-only"),
    *("GPL-3.0-only", "ISC", "LGPL-2.1-only", "LGPL-3.0-only", "MIT", "MPL-2.0", "Unlicense"),
}


@dataclass(frozen=True)
class ShareImage:
    """A picture for a page that somebody shares."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Metadata:
    """What stands in the head of one page."""

    title: str
    description: str
    url: str
    image: ShareImage
    graph: Sequence[Node]
    og_type: str = "website"
    properties: Sequence[tuple[str, str]] = field(default_factory=tuple)

    @property
    def json_ld(self) -> SafeString:
        return script_text({"@context": "https://schema.org", "@graph": list(self.graph)})


def script_text(data: Any) -> SafeString:
    """`data` as JSON that ends no script element, whatever its texts hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308  what could end the element was replaced


def absolute(path: str) -> str:
    """A path of this site as an address; an address as it is."""
    return settings.SITE_URL + path if path.startswith("/") else path


# Pages


def of_content(site: SiteSettings, content: Any, pictures: Iterable[Picture] = ()) -> Metadata:
    """The page of an article, a reprint or a package."""
    url = absolute(content.get_absolute_url())
    shots = list(pictures)
    image = share_image(site, content.cover or next(iter(shots), None), content.title)
    steps = [*_column_steps(content.column), (content.title, url)]
    if hasattr(content, "latest_release"):
        node, og_type = _software(site, content, url, shots), "website"
    else:
        node, og_type = _article(site, content, url), "article"
    return Metadata(
        title=content.title,
        description=content.lead,
        url=url,
        image=image,
        og_type=og_type,
        properties=_article_properties(content) if og_type == "article" else (),
        graph=[node | {"image": _image(image)}, _breadcrumbs(steps)],
    )


def of_author(site: SiteSettings, author: Author, url: str) -> Metadata:
    """The page of a pen name."""
    person = _person(author)
    if author.bio:
        person["description"] = one_line(author.bio)
    return Metadata(
        title=author.name,
        description=one_line(author.bio),
        url=url,
        image=share_image(site),
        og_type="profile",
        properties=[("profile:username", author.slug)],
        graph=[
            _page("ProfilePage", site, author.name, url) | {"mainEntity": person},
            _breadcrumbs([(author.name, absolute(author.get_absolute_url()))]),
        ],
    )


def of_home(site: SiteSettings, url: str) -> Metadata:
    """The front page, with the way to search the site."""
    target = absolute(reverse("search:page")) + "?q={search_term_string}"
    node = _website(site) | {
        "inLanguage": LANGUAGE,
        "publisher": _organization(site),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=search_term_string",
        },
    }
    if site.tagline:
        node["description"] = site.tagline
    return Metadata(site.shown_name, site.tagline, url, share_image(site), [node])


def of_page(
    site: SiteSettings,
    title: str,
    url: str,
    *,
    type_: str = "WebPage",
    description: str = "",
    column: Column | None = None,
    contents: Sequence[Any] | None = None,
) -> Metadata:
    """Any other page; with `contents` a list of them, with `column` that of a column or group."""
    node = _page("CollectionPage" if contents is not None else type_, site, title, url)
    if description:
        node["description"] = description
    if contents:
        node["mainEntity"] = {
            "@type": "ItemList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": place,
                    "name": content.title,
                    "url": absolute(content.get_absolute_url()),
                }
                for place, content in enumerate(contents, 1)
            ],
        }
    steps = _column_steps(column) if column is not None else [(title, url)]
    return Metadata(title, description, url, share_image(site), [node, _breadcrumbs(steps)])


# What Open Graph has besides


def share_image(site: SiteSettings, picture: Picture | None = None, title: str = "") -> ShareImage:
    """A picture of the content itself, else the one that stands for the whole site."""
    if picture is None:
        return ShareImage(static_address("img/share.png"), *SHARE_SIZE, site.shown_name)
    address = absolute(picture.get_absolute_url())
    return ShareImage(address, picture.width, picture.height, picture.description or title)


def _article_properties(content: Content) -> list[tuple[str, str]]:
    found = [
        ("article:published_time", _time(content.published_at)),
        ("article:modified_time", _time(_changed(content))),
        ("article:section", content.column.name),
        *(("article:tag", name) for name in _tags(content)),
    ]
    if content.author and not getattr(content, "original_author", ""):
        found.append(("article:author", absolute(content.author.get_absolute_url())))
    return [(name, text) for name, text in found if text]


# Nodes of schema.org


def _article(site: SiteSettings, content: Any, url: str) -> Node:
    """An original is a posting of this site; a reprint claims nothing but what it is based on."""
    node = {
        "@id": f"{url}#article",
        "url": url,
        "headline": content.title,
        "description": content.lead,
        "inLanguage": LANGUAGE,
        "articleSection": content.column.name,
        "keywords": _tags(content),
        "timeRequired": f"PT{content.minutes}M" if content.minutes else "",
        "isAccessibleForFree": True,
    }
    if original_author := getattr(content, "original_author", ""):
        node |= {
            "@type": "Article",
            "isBasedOn": content.source_url,
            "author": {"@type": "Person", "name": original_author},
            "isPartOf": _website(site),
        }
    else:
        node |= {
            "@type": "BlogPosting",
            "mainEntityOfPage": url,
            "author": _person(content.author) if content.author else _organization(site),
            "publisher": _organization(site),
            "datePublished": _time(content.published_at),
            "dateModified": _time(_changed(content)),
        }
    return _said(node)


def _software(site: SiteSettings, content: Any, url: str, shots: Sequence[Picture]) -> Node:
    release = content.latest_release
    node = {
        "@type": "SoftwareApplication",
        "@id": f"{url}#software",
        "url": url,
        "name": content.title,
        "description": content.lead,
        "inLanguage": LANGUAGE,
        "applicationCategory": "DeveloperApplication",
        "applicationSubCategory": str(content.kind_info.label),
        "softwareRequirements": content.environment,
        "license": _licence(content.licence),
        "keywords": _tags(content),
        "sameAs": content.source_url,
        "screenshot": [_image(share_image(site, shot, content.title)) for shot in shots[:4]],
        "publisher": _organization(site),
        "datePublished": _time(content.published_at),
        "dateModified": _time(_changed(content)),
        "isAccessibleForFree": True,
    }
    if release is not None:
        node |= {
            "softwareVersion": release.version,
            "fileSize": file_size(release.size),
            "downloadUrl": absolute(content.get_file_url()),
        }
    return _said(node)


def _licence(name: str) -> Node | None:
    if not name:
        return None
    node = {"@type": "CreativeWork", "name": name}
    return node | {"url": f"https://spdx.org/licenses/{name}.html"} if name in SPDX else node


def _website(site: SiteSettings) -> Node:
    home = absolute(reverse("content:home"))
    return {"@type": "WebSite", "@id": f"{home}#website", "url": home, "name": site.shown_name}


def _organization(site: SiteSettings) -> Node:
    home = absolute(reverse("content:home"))
    logo = ShareImage(static_address("img/icon-512.png"), 512, 512, site.shown_name)
    return {
        "@type": "Organization",
        "@id": f"{home}#organization",
        "name": site.shown_name,
        "url": home,
        "logo": _image(logo),
    }


def _person(author: Author) -> Node:
    url = absolute(author.get_absolute_url())
    return {"@type": "Person", "@id": f"{url}#person", "name": author.name, "url": url}


def _page(type_: str, site: SiteSettings, title: str, url: str) -> Node:
    return {
        "@type": type_,
        "url": url,
        "name": title,
        "inLanguage": LANGUAGE,
        "isPartOf": _website(site),
    }


def _image(image: ShareImage) -> Node:
    return {
        "@type": "ImageObject",
        "url": image.url,
        "width": image.width,
        "height": image.height,
        "caption": image.alt,
    }


def _column_steps(column: Column) -> list[tuple[str, str]]:
    way = [column.parent, column] if column.parent else [column]
    return [(step.name, absolute(step.get_absolute_url())) for step in way]


def _breadcrumbs(steps: Sequence[tuple[str, str]]) -> Node:
    way = [(_("Home"), absolute(reverse("content:home"))), *steps]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(way, 1)
        ],
    }


def _tags(content: Content) -> list[str]:
    return [tag.name for tag in content.tags.all()] if content.pk else []


def _changed(content: Content) -> datetime | None:
    # What was scheduled was written before it was published.
    times = [time for time in (content.updated_at, content.published_at) if time]
    return max(times, default=None)


def _time(moment: datetime | None) -> str:
    return localtime(moment).isoformat(timespec="seconds") if moment else ""


def _said(node: Node) -> Node:
    """The node without what is not known."""
    return {name: value for name, value in node.items() if value not in ("", None, [])}
