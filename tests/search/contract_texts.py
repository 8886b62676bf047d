"""Haystack's lookups on texts: one mixin, run on each engine."""

from haystack.query import SQ

from tests.search.contract import EngineSetUp, keys
from tests.search.notes import make_note


class LookupOfTextsContract(EngineSetUp):
    """Haystack's lookups on all texts at once, and on one."""

    def setUp(self) -> None:
        super().setUp()
        self.write(
            make_note(1, title="使用 Kubernetes 部署", text="容器编排与Docker镜像"),
            make_note(2, title="jQuery 插件", text="选择器 selector 的写法", tags=["c++"]),
            make_note(3, title="数据库", text="Redis 缓存与 MySQL 索引", names=["src/app.min.js"]),
        )

    def test_all_texts_have_every_lookup(self):
        for lookup, value, expected in [
            ("contains", "bernet", {1}), ("contains", "容器编", {1}), ("contains", "用 kube", {1}),
            ("contains", "uer", {2}), ("contains", "edi 据库", {3}), ("contains", "zzz", set()),
            ("startswith", "kube", {1}), ("startswith", "选择", {2}), ("startswith", "ube", set()),
            ("startswith", "my", {3}), ("endswith", "netes", {1}), ("endswith", "uery", {2}),
            ("endswith", "索引", {3}), ("endswith", "kube", set()), ("endswith", "件", {2}),
            ("exact", "编排与docker", {1}), ("exact", "编排 镜像", set()), ("exact", "c++", {2}),
            ("in", ["docker", "插件"], {1, 2}), ("in", [], set()), ("in", {"没有"}, set()),
            ("range", ["m", "n"], {3}), ("range", ["kub", "kuc"], {1}),
            ("gte", "selector", {2, 1, 3}), ("lt", "b", {3}), ("fuzzy", "kubernets", {1}),
            ("fuzzy", "rdis", {3}), ("fuzzy", "ridis", {3}), ("fuzzy", "eelector", {2}),
            ("fuzzy", "mysql", {3}), ("fuzzy", "zzzzz", set()), ("fuzzy", "dcoker", {1}),
        ]:  # fmt: skip
            with self.subTest(f"content__{lookup}={value}"):
                self.assertEqual(self.found(**{f"content__{lookup}": value}), expected)

    def test_one_text_has_every_lookup(self):
        for lookup, value, expected in [
            ("contains", "mysql 索", {3}), ("startswith", "容器", {1}),
            ("startswith", "docker", set()), ("endswith", "写法", {2}),
            ("endswith", "selector", set()),
            ("exact", "Redis 缓存与 MySQL 索引", {3}), ("exact", "Redis", set()),
            ("in", ["选择器 selector 的写法", "x"], {2}), ("range", ["R", "S"], {3}),
            ("gt", "选", {2}), ("fuzzy", "Redis 缓存与 MySQL 索弓", {3}),
        ]:  # fmt: skip
            with self.subTest(f"text__{lookup}={value}"):
                self.assertEqual(self.found(**{f"text__{lookup}": value}), expected)

    def test_hostile_values_of_any_lookup_are_no_error(self):
        for lookup in ("content", "contains", "exact", "startswith", "endswith", "fuzzy",
                       "gt", "gte", "lt", "lte"):  # fmt: skip
            for value in ['"', "*", "a\x00b", "\ud800", "%_", "[a-z]", "'; --", "", "x" * 5000]:
                with self.subTest(lookup, value=ascii(value[:9])):
                    for field in ("content", "title", "text", "tags", "kind"):
                        self.found(**{f"{field}__{lookup}": value})

    def test_lookups_hold_within_exclusion(self):
        self.assertEqual(set(keys(self.all().exclude(content__contains="bernet"))), {2, 3})
        self.assertEqual(set(keys(self.all().exclude(content__endswith="netes"))), {2, 3})
        self.assertEqual(self.found(~SQ(content__fuzzy="rediss") & SQ(content="索引")), set())
