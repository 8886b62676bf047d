from django.test import SimpleTestCase

from bench.search.sections import split

TEXT = """---
title: 题目
slug: ti-mu
---

开头**一段**，见[链接](https://example.com/)。

## 第一节

正文。

```sh
# 不是标题
ls `pwd`
```

### 空的

## 第一节

又一段。
"""


class SplitTests(SimpleTestCase):
    def setUp(self):
        self.sections = split(TEXT, "folder/file")

    def test_sections_are_named_by_text_and_heading_and_empty_ones_left_out(self):
        names = [section.name for section in self.sections]
        self.assertEqual(names, ["ti-mu", "ti-mu#第一节", "ti-mu#第一节 (2)"])

    def test_title_says_which_text_a_section_is_of(self):
        self.assertEqual([s.title for s in self.sections[:2]], ["题目", "题目 · 第一节"])

    def test_text_is_without_marks_and_with_its_code(self):
        self.assertEqual(self.sections[0].text, "开头一段，见链接。")
        self.assertIn("# 不是标题".lstrip("# "), self.sections[1].text)
        self.assertNotIn("`", self.sections[1].text)

    def test_text_without_front_matter_is_named_by_its_file_and_first_heading(self):
        (section,) = split("# 只有标题\n\n正文", "folder/file")
        self.assertEqual((section.name, section.title), ("folder/file", "只有标题"))
