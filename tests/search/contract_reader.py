"""What a reader finds, and in which order: one mixin, run on each engine."""

from datetime import timedelta

from search.inputs import ReaderQuery
from tests.search.contract import EngineSetUp, keys
from tests.search.notes import PUBLISHED, make_note


class ReaderContract(EngineSetUp):
    """What a reader finds, and in which order."""

    def test_whole_run_comes_before_every_word_before_any_word(self):
        self.write_texts(
            "缓存写满以后怎么办", "缓存怎样避免雪崩和穿透", "说说缓存穿透的原因", "与此无关的文章"
        )
        self.assertEqual(self.read("缓存穿透"), [3, 2, 1])

    def test_text_with_the_query_in_its_title_comes_before_texts_that_quote_it(self):
        for query in ["缓存穿透的原因", "c++", "c#", ".net", "node.js", "Redis 缓存"]:
            with self.subTest(query):
                self.write(
                    make_note(1, title="目录", text=f"{query}，{query}，{query}。"),
                    make_note(2, title=f"再谈{query}", text="正文" + "说明文字很长" * 60),
                    make_note(3, title="链接", text=f"另见{query}。", tags=[query]),
                )
                self.assertEqual(self.read(query)[0], 2)

    def test_title_with_every_word_comes_after_whole_runs_and_before_other_texts(self):
        self.write(
            make_note(1, title="杂谈", text="缓存与穿透，缓存与穿透"),
            make_note(2, title="穿透与缓存", text="说明文字很长" * 60),
            make_note(3, title="杂谈", text="说说缓存穿透" + "说明文字很长" * 60),
            make_note(4, title="只说缓存"),
        )
        self.assertEqual(self.read("缓存穿透"), [3, 2, 1, 4])

    def test_among_titles_with_the_query_the_whole_text_decides(self):
        self.write(
            make_note(1, title="Redis 存根", text="付费阅读"),
            make_note(2, title="Redis 详解", text="Redis 的缓存，Redis 的持久化，" * 9),
            *(make_note(pk, title="杂谈", text="说明文字很长" * 30) for pk in range(3, 9)),
        )
        self.assertEqual(self.read("redis"), [2, 1])

    def test_title_that_only_spells_a_word_gains_nothing(self):
        self.write(
            make_note(1, title="恒温恒湿机制造", text="正文"),
            make_note(2, title="杂谈", text="一种机制" + "说明文字很长" * 60),
        )
        self.assertEqual(self.read("机制"), [2, 1])

    def test_text_that_only_spells_a_word_ranks_below_every_text_that_has_it(self):
        self.write_texts("恒温恒湿机制造", "机制" + "说明文字很长" * 60, "恒温恒湿机制造，机制造。")
        self.assertEqual(self.read("机制"), [2, 3, 1])

    def test_no_text_that_contains_the_words_is_missed(self):
        self.write_texts("研究生命起源", "中华人民共和国", "长春市长春药店", "乒乓球拍卖完了")
        for query, expected in {
            "生命": 1, "究生": 1, "人民": 2, "民共": 2, "药店": 3,
            "市长": 3, "拍卖": 4, "球": 4, "了": 4,
        }.items():  # fmt: skip
            with self.subTest(query):
                self.assertEqual(self.read(query), [expected])

    def test_unknown_word_is_not_found_by_its_single_characters(self):
        self.write_texts(
            "把服务器搬到机房", "从来没有来过", "搬家以后再来，后来又搬来一台",
            "来自机房，搬到云上", "无关", "给文件加锁，再读表", "锁表的危险",
        )  # fmt: skip
        self.assertEqual(self.read("搬来"), [3])
        self.assertEqual(self.read("搬来机房")[0], 3)
        self.assertEqual(set(self.read("搬来机房")), {1, 3, 4})
        self.assertEqual(self.read("锁表"), [7])
        self.assertEqual(set(self.read("锁 表")), {6, 7})
        self.assertEqual(set(self.read("锁")), {6, 7})
        self.assertEqual(set(self.read("锁 机房")), {1, 4})

    def test_code_terms_are_told_apart(self):
        terms = ["c", "c++", "c#", ".net", "node.js", "k8s", "v1.14", "jquery.min.js", "snake_case"]
        self.write_texts(*(f"这里用{term}写成" for term in terms))
        for pk, term in enumerate(terms, 1):
            with self.subTest(term):
                self.assertEqual(self.read(term), [pk])
                self.assertEqual(self.read(term.upper()), [pk])

    def test_code_term_is_never_optional(self):
        self.write_texts("学习c++的教程", "学习c#的教程", "学习c语言的教程", "c++很难")
        self.assertEqual(self.read("c++教程"), [1, 4])

    def test_code_term_is_found_by_its_parts(self):
        self.write_texts("安装node.js", "启用CheckPointing机制", "看snake_case命名", "ASP.NET入门")
        for query, expected in {
            "node": 1, "checkpoint": 2, "pointing": 2, "snake": 3, "asp": 4, ".net": 4,
        }.items():  # fmt: skip
            with self.subTest(query):
                self.assertEqual(self.read(query), [expected])

    def test_text_about_checkpoints_answers_checkpointing(self):
        self.write_texts(
            "一种机制", "启用checkpoint机制", "CheckPointing机制详解", "enableCheckpointing(5)"
        )
        self.assertEqual(self.read("CheckPointing机制"), [3, 2, 4])

    def test_width_case_and_traditional_characters_find_each_other(self):
        self.write_texts("數據庫的索引", "数据库的索引", "ＲＥＤＩＳ缓存", "redis缓存")
        self.assertEqual(set(self.read("数据库索引")), {1, 2})
        self.assertEqual(set(self.read("數據庫索引")), {1, 2})
        self.assertEqual(set(self.read("Ｒedis緩存")), {3, 4})

    def test_chinese_and_latin_without_a_space_find_the_spaced_text(self):
        self.write_texts("使用 Redis 缓存", "使用Redis缓存")
        self.assertEqual(set(self.read("Redis缓存")), {1, 2})
        self.assertEqual(set(self.read("Redis 缓存")), {1, 2})

    def test_title_tags_and_file_names_are_searched_too(self):
        self.write(
            make_note(1, title="线程池详解", text="正文"),
            make_note(2, text="正文", tags=["线程池", "并发"]),
            make_note(3, text="正文", names=["src/线程池/pool.js", "README.md"]),
        )
        self.assertEqual(set(self.read("线程池")), {1, 2, 3})
        self.assertEqual(self.read("pool.js"), [3])

    def test_syntax_of_a_query_language_is_plain_text(self):
        self.write_texts("安全的文章", 'title 与 NEAR 和 "引号"')
        for query in [
            '"', "*", "安全*", "title:安全", "安全 OR", "NOT 安全", "(安全", "安全)",
            "{title}: 安全", "安全 AND", "^安全", "+安全 -文章", "' OR 1=1 --", "NEAR(安全 文章)",
        ]:  # fmt: skip
            with self.subTest(query):
                self.assertLessEqual(set(self.read(query)), {1, 2})
        self.assertEqual(self.read("NEAR"), [2])

    def test_empty_query_and_mere_punctuation_find_nothing(self):
        self.write_texts("正文")
        for query in ["", "  ", "。，！", "***", '""', "\x00", "\ud800", "\u202e\u200b"]:
            with self.subTest(ascii(query)):
                self.assertEqual(self.read(query), [])
                self.assertEqual(self.all().filter(content=ReaderQuery(query)).count(), 0)

    def test_invisible_characters_change_nothing(self):
        self.write_texts("缓存穿透")
        self.assertEqual(self.read("缓\u200b存\x00穿\ud800透\u202e"), [1])

    def test_megabyte_of_query_is_cut_and_answered(self):
        self.write_texts("缓存穿透")
        for query in ["缓存" * 500_000, "(" * 1_000_000, '"' * 1_000_000, "a " * 500_000]:
            self.read(query)

    def test_equal_texts_come_newest_first_then_by_identifier(self):
        dates = [PUBLISHED, PUBLISHED + timedelta(days=9), PUBLISHED]
        self.write(
            *(make_note(pk, text="同样的正文", published_at=at) for pk, at in enumerate(dates, 1))
        )
        self.assertEqual(self.read("正文"), [2, 1, 3])

    def test_pages_of_a_ranked_search_join_without_gap_or_repetition(self):
        self.write(
            *(make_note(pk, text="缓存穿透" if pk % 3 else "缓存 与 穿透" if pk % 2 else "缓存",
                        title=["杂谈", "穿透和缓存", "缓存穿透", "缓存", "穿透"][pk % 5])
              for pk in range(1, 61))
        )  # fmt: skip
        results = self.all().filter(content=ReaderQuery("缓存穿透"))
        paged = [key for start in range(0, 60, 7) for key in keys(results.all()[start : start + 7])]
        self.assertEqual(paged, keys(results.all()[:60]))
        self.assertEqual(sorted(paged), list(range(1, 61)))
        self.assertEqual(paged, keys(results.all()))
        scores = [result.score for result in results.all()]
        self.assertEqual(scores, sorted(scores, reverse=True))

    def test_reader_query_joins_filters(self):
        self.write(
            make_note(1, text="缓存", kind="article"), make_note(2, text="缓存", kind="plugin")
        )
        results = self.all().filter(content=ReaderQuery("缓存")).filter(kind="plugin")
        self.assertEqual(keys(results), [2])
