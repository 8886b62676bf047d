"""What the pictures in a text say of their extent and sizes, so that a browser can choose."""

import re

from django.test import TestCase
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from content import responsive
from content.admin_views import markdown
from content.models import Picture
from content.rendering import render
from tests.factories import make_article, make_user

STEM = "ab" * 16


def make_picture(stem: str = STEM, **overrides: object) -> Picture:
    fields = {"name": f"{stem}.png", "sha256": stem * 2, "format": "PNG", "size": 9, **overrides}
    return Picture.objects.create(**{"width": 1600, "height": 900, "widths": [480, 960], **fields})


class SizesInTextsTests(TestCase):
    def setUp(self) -> None:
        self.picture = make_picture()
        self.url = self.picture.get_absolute_url()

    def html(self, body: str) -> str:
        return make_article(body=body).body_html

    def test_a_picture_says_its_extent_and_offers_its_sizes(self):
        html = self.html(f"看图：![架构]({self.url})")
        self.assertIn(f'<img src="{self.url}" alt="架构" loading="lazy" decoding="async"', html)
        self.assertIn(' width="1600" height="900"', html)
        self.assertIn(
            f' srcset="/pictures/{STEM}-480.webp 480w, /pictures/{STEM}-960.webp 960w,'
            f' {self.url} 1600w" sizes="{responsive.COLUMN_SIZES}">',
            html,
        )

    def test_a_picture_without_smaller_files_says_its_extent_only(self):
        for widths in (None, []):
            Picture.objects.update(widths=widths)
            html = self.html(f"![架构]({self.url})")
            self.assertIn(' width="1600" height="900">', html)
            self.assertNotIn("srcset", html)

    def test_the_extent_that_an_author_gave_is_kept_and_completed_in_proportion(self):
        cases = {
            'width="400"': ("400", "225"),
            'height="90"': ("160", "90"),
            'width="50" height="60"': ("50", "60"),
        }
        for written, (width, height) in cases.items():
            with self.subTest(written):
                html = self.html(f'<img src="{self.url}" {written} alt="小图">')
                self.assertEqual(html.count(" width="), 1)
                self.assertIn(f' width="{width}" height="{height}"', html)
                self.assertIn(f" {width}px, calc(100vw - 2rem)", html)

    def test_the_address_of_a_smaller_file_stands_for_the_picture(self):
        article = make_article(body=f"![架构](/pictures/{STEM}-480.webp)")
        self.assertIn(f'<img src="{self.url}"', article.body_html)
        self.assertIn("960w", article.body_html)
        self.assertEqual([use.picture for use in self.picture.uses.all()], [self.picture])

    def test_what_is_no_stored_picture_stays_as_it_is(self):
        html = self.html("![旧图](/pictures/a.png)、![标志](/static/img/logo.svg)")
        self.assertNotIn("width=", html)

    def test_an_author_cannot_offer_other_files(self):
        html = self.html(
            f'<img src="{self.url}" srcset="https://evil.example/x.png 9999w" sizes="1px">'
            '<picture><source srcset="https://evil.example/y.webp"></picture>'
        )
        self.assertNotIn("evil.example", html)
        self.assertEqual(html.count("srcset="), 1)

    def test_an_example_of_html_in_a_text_is_left_alone(self):
        source = f'```html\n<img src="{self.url}" alt="架构">\n```\n\n`<img src="{self.url}">`'
        html = self.html(f"{source}\n\n![架构]({self.url})")
        self.assertEqual(html.count("srcset="), 1)

    def test_a_picture_with_a_title_on_its_own_becomes_a_figure_with_its_sizes(self):
        html = self.html(f'![架构]({self.url} "图 1：三层结构")')
        self.assertRegex(
            html, r'<figure><img [^>]+ srcset="[^"]+" [^>]+><figcaption>图 1：三层结构</figcaption>'
        )

    def test_many_pictures_cost_one_query(self):
        pictures = [make_picture(f"{number:032x}") for number in range(30)]
        rendered = render("\n".join(f"![图]({each.get_absolute_url()})" for each in pictures))
        with self.assertNumQueries(1):
            html = responsive.with_sizes(rendered.html, rendered.pictures)
        self.assertEqual(html.count("srcset="), 30)

    def test_a_text_without_pictures_costs_none(self):
        with self.assertNumQueries(0):
            self.assertEqual(responsive.with_sizes("<p>字</p>", frozenset()), "<p>字</p>")

    def test_a_row_that_is_written_between_two_looks_at_a_text_is_found(self):
        Picture.objects.all().delete()
        article = make_article(body=f"![架构]({self.url})", status="draft")
        self.assertNotIn("srcset", article.body_html)
        make_picture()
        article.render_body()
        self.assertIn("srcset", article.body_html)

    def test_the_preview_of_the_editor_shows_the_same(self):
        request = self.client.post("/", {"body": f"![架构]({self.url})"}).wsgi_request
        request.user = make_user("writer")
        self.assertIn(b"srcset", markdown(request).content)


class HostileDescriptionTests(HypothesisTestCase):
    @settings(max_examples=40, deadline=None)
    @given(st.text(alphabet="<>\"'&= imgsrc/\n\\", max_size=60))
    def test_whatever_a_description_says_only_the_picture_gets_sizes(self, text):
        url = make_picture().get_absolute_url()
        alt = text.replace("\\", "").replace("\n", " ").replace("[", "").replace("]", "")
        rendered = render(f"![{alt}]({url})")
        html = responsive.with_sizes(rendered.html, rendered.pictures)
        images = re.findall(r'<img(?: [a-z-]+="[^"]*")+>', html)
        self.assertEqual(len(images), rendered.html.count(f'src="{url}"'))
        bare = re.sub(r' (?:srcset|sizes|width|height)="[^"]*"', "", html)
        self.assertEqual(bare, re.sub(r' (?:width|height)="[^"]*"', "", rendered.html))
