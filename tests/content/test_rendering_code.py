"""Code blocks: what stands behind the fence, and colours that can be read."""

import re
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

from content.rendering import render

CSS = Path(settings.BASE_DIR, "blogsite/static/css/code.css")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


class CodeTests(SimpleTestCase):
    def test_known_languages_are_coloured_in_any_case(self):
        for name in ("java", "JAVA", "python", "c++", "shell"):
            with self.subTest(name):
                html = render(f"```{name}\nif x: return 1 // c\n```").html
                self.assertIn("<span class=", html)
                self.assertIn('<div class="code" data-language="', html)
                self.assertIn(f'class="language-{name.lower()}"', html)

    def test_unknown_and_plain_code_stays_as_typed(self):
        for name in ("mermaid", "nonsense", "text", ""):
            with self.subTest(name):
                html = render(f"```{name}\na < b && c\n```").html
                self.assertIn("a &lt; b &amp;&amp; c\n</code></pre>", html)
                self.assertNotIn("<span", html)

    def test_the_fence_of_vuepress_is_understood(self):
        for info in (
            'java{1,3-4} title="A.java"',
            "java {1,3-4} title=A.java",
            "java:line-numbers{1,3-4} title='A.java'",
        ):
            with self.subTest(info):
                html = render(f"```{info}\na\nb\nc\nd\ne\n```").html
                self.assertEqual(html.count('class="hll"'), 3)
                self.assertIn('<p class="code-title">A.java</p>', html)
                self.assertIn('class="language-java"', html)

    def test_absurd_line_numbers_cost_nothing(self):
        self.assertIn("language-java", render("```java{1-99999999999}\na\n```").html)
        self.assertIn("language-java", render("```java{²}\na\n```").html)

    def test_a_very_long_block_is_shown_plain_and_whole(self):
        rendered = render("```java\n" + "int a = 1;\n" * 5_000 + "```")
        self.assertNotIn("<span", rendered.html)
        self.assertEqual(rendered.html.count("int a = 1;"), 5_000)


class ColourTests(SimpleTestCase):
    def test_every_colour_is_readable_in_light_and_dark(self):
        themes = re.findall(r"\{\s*((?:--code-[\w-]+: #[0-9a-f]{6};\s*)+)\}", CSS.read_text())
        self.assertEqual(len(themes), 3)
        for number, theme in enumerate(themes):
            colours = dict(re.findall(r"--code-([\w-]+): (#[0-9a-f]{6})", theme))
            grounds = [colours.pop("background"), colours.pop("marked")]
            for name, colour in colours.items():
                for ground in grounds:
                    with self.subTest(theme=number, colour=name, ground=ground):
                        self.assertGreaterEqual(contrast(colour, ground), 4.5)

    def test_both_ways_to_dark_are_the_same(self):
        themes = re.findall(r"\{\s*((?:--code-[\w-]+: #[0-9a-f]{6};\s*)+)\}", CSS.read_text())
        self.assertEqual(themes[1].split(), themes[2].split())
