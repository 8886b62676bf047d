"""Sample rows that were never stored: columns, tags, articles, packages and what stands beside."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.templatetags.static import static
from django.utils.safestring import mark_safe

from content import kinds
from content.menu import Group
from content.models import Author, Column, Command, SiteLink, SiteSettings, Tag, Verse
from content.months import Month
from content.tag_counts import TagCount

PUBLISHED = datetime(2026, 10, 21, 9, 30, tzinfo=UTC)
# Rows without a key cannot have tags; no row of a site has such a one.
FIRST_KEY = 9_000_001

LEAD = (
    "作业重启之后，检查点决定从哪里继续。屏障为什么要对齐，不对齐会多写什么，"
    "状态后端又在什么时候把快照交出去，这里用一个能跑的例子说清楚。"
)
LONG_TITLE = (
    "把 PostgreSQL 当任务队列用：SKIP LOCKED 之外还要想清楚的四件事，从重试到积压，从监控到下线"
)
HEADINGS = [
    {"level": 2, "id": "h-one", "text": "屏障是什么"},
    {"level": 3, "id": "h-two", "text": "对齐与不对齐"},
    {"level": 2, "id": "h-three", "text": "状态写到哪里"},
]
LISTING = [
    ["table-sieve/", 0],
    ["table-sieve/README.md", 3120],
    ["table-sieve/package.json", 612],
    ["table-sieve/dist/", 0],
    ["table-sieve/dist/table-sieve.js", 18_304],
    ["table-sieve/dist/table-sieve.min.js", 6_112],
    ["table-sieve/demo/index.html", 4_870],
    ["table-sieve/demo/图片/示例.png", 51_240],
]


class SamplePicture(SimpleNamespace):
    """What templates ask of a `Picture`, with a file that every checkout has."""

    def get_absolute_url(self) -> str:
        return static("img/share.png")


def picture(description: str = "示意图：三层结构") -> Any:
    """A picture of one file."""
    return SamplePicture(
        name="share.png", width=1200, height=630, widths=[], description=description
    )


def columns() -> list[Group]:
    """Two groups of the menu with their columns."""
    names = {
        ("大数据技术", "big-data"): [("Flink", "flink"), ("Spark", "spark"), ("Hive", "hive")],
        ("编程语言", "languages"): [("Go Gin", "go-gin"), ("c++", "cpp"), (".net", "dotnet")],
    }
    groups, key = [], FIRST_KEY
    for (name, slug), leaves in names.items():
        group = Group(Column(pk=key, name=name, slug=slug))
        group.children = [
            Column(pk=key + number, name=leaf, slug=address, parent=group.column)
            for number, (leaf, address) in enumerate(leaves, start=1)
        ]
        groups.append(group)
        key += 10
    return groups


def tags() -> list[Tag]:
    """Tags short and long, Chinese and not."""
    names = ["检查点", "Flink", "c++", "分布式系统的时钟", "node.js"]
    return [Tag(pk=FIRST_KEY + n, name=name, slug=f"tag-{n}") for n, name in enumerate(names)]


def tag_cloud() -> list[dict[str, Any]]:
    """Each size and each colour once."""
    names = ["Linux", "检查点", "c++", "数据库", "Go", "索引", "node.js", "缓存"]
    return [
        {
            "tag": TagCount(FIRST_KEY + n, name, f"tag-{n}", 9 - n),
            "size": n % 5 + 1,
            "hue": n + 1,
        }
        for n, name in enumerate(names)
    ]


def content(kind: str, **values: Any) -> Any:
    """An article, a reprint, a template or a plugin."""
    column = columns()[0].children[0]
    fields: dict[str, Any] = {
        "pk": FIRST_KEY,
        "kind": kind,
        "title": "屏障对齐：Flink 检查点到底等的是谁",
        "slug": "sample",
        "lead": LEAD,
        "column": column,
        "author": Author(pk=FIRST_KEY, name="七号补丁", slug="qihao"),
        "published_at": PUBLISHED,
        "views": 1208,
        "minutes": 9,
        "headings": HEADINGS,
        **values,
    }
    row = kinds.get(kind).model(**fields)
    row._prefetched_objects_cache = {"tags": tags()}
    return row


def reprint() -> Any:
    return content(
        "reprint",
        title="转载：一个时钟偏差引出的数据错乱",
        original_author="示例作者",
        source_url="https://example.com/posts/clock-skew",
        source_host="example.com",
        reprint_ground="CC BY-SA 4.0",
    )


def with_cover(row: Any) -> Any:
    """The row with a cover, past the field, which takes stored pictures only."""
    row._state.fields_cache["cover"] = picture()
    return row


def package() -> Any:
    """A plugin with a release; `releases()` are its earlier ones."""
    row = content(
        "plugin",
        title="table-sieve：给表格加一排筛选框",
        lead="不改表格结构，逐列筛选；几千行也不卡，键盘可以操作。",
        licence="MIT",
        environment="jQuery 1.9 以上；Chrome、Edge、Firefox、Safari",
        source_url="https://example.com/table-sieve",
        demo_url="https://example.com/table-sieve/demo",
        downloads=356,
    )
    row.latest_release = releases(row)[0]
    return row


def releases(row: Any) -> list[Any]:
    model: Any = type(row)._meta.get_field("latest_release").related_model
    return [
        model(
            pk=FIRST_KEY + number,
            version=version,
            file_name=f"table-sieve-{version}.zip",
            size=size,
            sha256=f"{number}" * 64,
            listing=LISTING,
            created_at=PUBLISHED,
        )
        for number, (version, size) in enumerate([("1.0.3", 84_258), ("1.0.2", 83_900)])
    ]


def entries() -> list[Any]:
    """What a box of recommendations lists."""
    titles = ["表级锁与间隙锁，各锁住了什么", "set -e 的几个缺口", LONG_TITLE]
    return [SimpleNamespace(title=title, url="#", column="数据库") for title in titles]


def months() -> list[Month]:
    return [Month(date(2026, month, 1), month * 3) for month in (10, 9, 8)]


def commands() -> list[Command]:
    return [
        Command(
            command="ss -ltnp 'sport = :8000'",
            meaning="看是哪个进程在监听 8000 端口；看别人的进程需要 root。",
        )
    ]


def verses() -> list[Verse]:
    return [Verse(text="逝者如斯夫，不舍昼夜。", author="孔子", source="论语·子罕")]


def readings() -> list[Any]:
    return [
        SimpleNamespace(title="本站：检查点与保存点", url="#", host="", note=""),
        SimpleNamespace(
            title="Django documentation",
            url="https://docs.djangoproject.com/",
            host="docs.djangoproject.com",
            note="官方文档，英文。",
        ),
    ]


def term() -> Any:
    return SimpleNamespace(
        name="检查点",
        aliases=["checkpoint", "CheckPointing"],
        explanation="系统把某一时刻的完整状态存下来，出错之后从这里继续，而不必从头开始。",
        anchor="sample-term",
    )


def site() -> SiteSettings:
    return SiteSettings(
        pk=1,
        name="码上拾光",
        tagline="慢慢读的技术",
        notice="今晚 23:00 至 23:30 维护，期间不能下载。",
        icp_number="示例备案号（仅为展示）",
    )


def links() -> list[SiteLink]:
    return [
        SiteLink(name="Django", url="https://www.djangoproject.com/"),
        SiteLink(name="SQLite", url="https://www.sqlite.org/"),
    ]


class SampleForm(forms.Form):
    """A field of each sort that visitors meet."""

    name = forms.CharField(label="称呼", help_text="可以不填真名。")
    reason = forms.ChoiceField(
        label="理由",
        choices=[("copyright", "版权"), ("mistake", "错误"), ("malicious", "恶意代码")],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label="说明", widget=forms.Textarea({"rows": 3}))


def form() -> SampleForm:
    """Sent with one field empty."""
    return SampleForm({"name": "读者", "reason": "mistake", "words": ""})


def hit(row: Any) -> Any:
    """A result of a search."""
    excerpt = mark_safe(
        "…重启之后，<mark>检查点</mark>决定从哪里继续。屏障为什么要<mark>对齐</mark>…"
    )
    return SimpleNamespace(content=row, url="#", title=row.title, excerpt=excerpt)
