"""Which template is shown with which samples. A test sees that no component is forgotten."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from content.templatetags.picture_tags import picture

from . import samples

# In the head of a page, or nothing that can be seen.
UNSEEN = frozenset({"count_script", "feed_alternates", "metadata"})


@dataclass(frozen=True)
class Specimen:
    """One template with one set of samples. `note` tells two of the same apart."""

    template: str
    context: Callable[[HttpRequest], dict[str, Any]]
    note: "str | Promise" = ""

    @property
    def name(self) -> str:
        return self.template.removeprefix("components/").removesuffix(".html")

    def html(self, request: HttpRequest) -> SafeString:
        # With the request, which {% querystring %} reads, but without context processors,
        # which ask the database.
        context = Context(self.context(request))
        context.request = request  # type: ignore[attr-defined]
        template: Any = get_template(self.template)
        return template.template.render(context)


def _of(name: str, note: "str | Promise" = "", /, **values: Any) -> Specimen:
    """A component; what can be called is called when it is shown."""

    def context(request: HttpRequest) -> dict[str, Any]:
        return {key: value() if callable(value) else value for key, value in values.items()}

    template = name if "/" in name else f"components/{name}"
    return Specimen(f"{template}.html", context, note)


def _article(**values: Any) -> Any:
    return samples.content("article", **values)


def _sidebar(request: HttpRequest) -> dict[str, Any]:
    def box(name: str, **context: Any) -> SafeString:
        return render_to_string(f"components/sidebar_{name}.html", context)

    entries = samples.entries()
    boxes = {
        "tags": box("tags", tags=samples.tag_cloud()),
        "command": box("command", commands=samples.commands()),
        "months": box("months", months=samples.months()),
        "around": box("around", entries=entries, pool=[]),
        "verse": box("verse", verses=samples.verses()),
    }
    return {
        "boxes": boxes,
        "recommended": box("recommended", entries=entries),
        "search": box("search", menu_groups=samples.columns(), chosen="flink"),
        "below_a_text": False,
    }


def _listing(request: HttpRequest) -> dict[str, Any]:
    rows = [samples.with_cover(_article()), samples.reprint(), samples.package()]
    page = Paginator(range(190), 20).page(5)
    return {"page": page, "contents": rows, "request": request, "front": True}


def _pagination(request: HttpRequest) -> dict[str, Any]:
    return {"page": Paginator(range(190), 20).page(5), "request": request}


def _masthead(request: HttpRequest) -> dict[str, Any]:
    groups = samples.columns()
    column = groups[0].children[0]
    return {
        "site": samples.site(),
        "menu_groups": groups,
        "column": column,
        "request": request,
    }


def _column() -> Any:
    return samples.columns()[0].children[0]


def sections() -> list[tuple["str | Promise", list[Specimen]]]:
    """All specimens under their headings, in the order of a page from top to bottom."""
    return [
        (_("Frame"), _frame()),
        (_("Lists"), _lists()),
        (_("Texts"), _texts()),
        (_("Downloads"), _downloads()),
        (_("Sidebar"), _beside()),
        (_("Forms and messages"), _messages()),
    ]


def _frame() -> list[Specimen]:
    return [
        Specimen("components/masthead.html", _masthead),
        _of("notice", text="今晚 23:00 至 23:30 维护，期间不能下载。"),
        _of("menu", menu_groups=samples.columns, column=_column),
        _of("breadcrumbs", column=_column, here="屏障对齐"),
        _of("search_box", menu_groups=samples.columns, chosen="flink", query="检查点"),
        _of("search_icon"),
        _of("column_index", groups=samples.columns, column=_column),
        _of("column_links", columns=lambda: samples.columns()[1].children),
        _of("footer", site=samples.site, links=samples.links),
    ]


def _lists() -> list[Specimen]:
    return [
        _of("page_head", title="检查点", kind="标签", lead="带有这个标签的文章和下载。"),
        Specimen("components/listing.html", _listing),
        _of("article_card", content=_article),
        _of(
            "article_card",
            _("long, with a cover"),
            content=lambda: samples.with_cover(_article(title=samples.LONG_TITLE)),
        ),
        _of("article_card", _("a reprint"), content=samples.reprint),
        _of("package_row", content=lambda: samples.with_cover(samples.package())),
        _of("search/results/article", hit=lambda: samples.hit(_article())),
        _of("search/results/package", hit=lambda: samples.hit(samples.package())),
        Specimen("components/pagination.html", _pagination),
        _of("card_date", content=_article),
        _of("card_cover", content=lambda: samples.with_cover(_article())),
        _of("tag", tag=lambda: samples.tags()[0]),
        _of("tags", tags=samples.tags),
        _of("views", views=1208),
        _of("count_rule"),
        _of("empty_state", text="这里还没有内容。"),
    ]


def _texts() -> list[Specimen]:
    entry = {"address": "#", "anchor": "sample-note", "explanation": samples.term().explanation}
    return [
        _of("byline", content=_article, minutes=9),
        _of("minutes", minutes=9),
        _of("toc", headings=samples.HEADINGS),
        _of("reprint_source", article=samples.reprint),
        _of("term", text="检查点", name="检查点", entry=entry),
        _of("term_entry", term=samples.term),
        _of("article_embed", content=lambda: samples.with_cover(_article())),
        _of("package_embed", content=lambda: samples.with_cover(samples.package())),
        _of("further_reading", readings=samples.readings),
        _of("neighbours", previous=_article, next=lambda: _article(title=samples.LONG_TITLE)),
        _of("report_link", content=_article),
        Specimen(
            "components/picture.html", lambda request: picture(samples.picture(), sizes="20rem")
        ),
    ]


def _downloads() -> list[Specimen]:
    def earlier(request: HttpRequest) -> dict[str, Any]:
        package = samples.package()
        rows = samples.releases(package)
        return {"package": package, "releases": rows, "latest": rows[0]}

    return [
        _of("release_facts", package=samples.package, preview=False),
        _of("directory_tree", listing=samples.LISTING),
        Specimen("components/release_list.html", earlier),
        _of("package_tile", content=lambda: samples.with_cover(samples.package())),
        _of(
            "disclaimer",
            paragraphs=["仅供学习和参考。", "使用之前请看清其中每一部分的授权，并自行测试。"],
        ),
    ]


def _beside() -> list[Specimen]:
    return [
        Specimen("components/sidebar.html", _sidebar),
        _of(
            "sidebar_columns",
            menu_groups=samples.columns,
            group=lambda: samples.columns()[0].column,
        ),
        _of("feed_links", column=_column),
    ]


def _messages() -> list[Specimen]:
    return [
        *(
            Specimen(
                "components/form_field.html",
                lambda request, name=name: {"field": samples.form()[name]},
                name,
            )
            for name in samples.SampleForm.base_fields
        ),
        _of("preview_banner"),
        _of("error", code="404", title="这里什么也没有", text="地址可能打错了，或者文章已经搬走。"),
    ]
