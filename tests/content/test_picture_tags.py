"""Covers and screenshots as pages write them."""

from django.template import Context, Template, TemplateSyntaxError
from django.test import TestCase

from content.models import PictureUse
from downloads.models import PackagePicture
from tests.content.test_responsive import STEM, make_picture
from tests.factories import make_article, make_package


def show(arguments: str, **context: object) -> str:
    template = Template("{% load picture_tags %}{% picture row " + arguments + " %}")
    return " ".join(template.render(Context(context)).split())


class PictureTagTests(TestCase):
    def test_a_picture_offers_its_sizes_and_keeps_its_place(self):
        html = show('class="cover" sizes="11rem"', row=make_picture(description="架构"))
        self.assertIn(f'<img class="cover" src="/pictures/{STEM}.png"', html)
        self.assertIn(f"/pictures/{STEM}-480.webp 480w, ", html)
        self.assertIn('sizes="11rem" width="1600" height="900" alt="架构" loading="lazy"', html)

    def test_a_picture_of_one_file_offers_none(self):
        html = show("", row=make_picture(widths=None))
        self.assertNotIn("srcset", html)
        self.assertNotIn("sizes", html)
        self.assertNotIn("class", html)

    def test_what_is_seen_first_is_not_loaded_late(self):
        html = show("eager=True", row=make_picture())
        self.assertIn('fetchpriority="high"', html)
        self.assertNotIn("lazy", html)

    def test_the_description_comes_before_what_the_page_says(self):
        picture = make_picture()
        self.assertIn('alt="截图 1"', show('alt="截图 1"', row=picture))
        picture.description = "首页"
        self.assertIn('alt="首页"', show('alt="截图 1"', row=picture))
        self.assertIn('alt=""', show("decorative=True", row=picture))

    def test_a_misspelt_word_is_an_error(self):
        with self.assertRaises(TemplateSyntaxError):
            show('clas="cover"', row=make_picture())


class PagesTests(TestCase):
    def setUp(self) -> None:
        self.picture = make_picture(description="三层结构")

    def page(self, url: str) -> str:
        return " ".join(self.client.get(url).content.decode().split())

    def test_the_cover_of_an_article_leads_its_page_and_is_small_in_lists(self):
        article = make_article(cover=self.picture)
        page = self.page(article.get_absolute_url())
        self.assertIn('<img class="reading__cover"', page)
        self.assertRegex(page, rf'reading__cover"[^>]+ srcset="/pictures/{STEM}-480[^>]+eager|high')
        self.assertRegex(self.page("/"), rf'card-cover"[^>]+ srcset="/pictures/{STEM}-480[^>]+>')

    def test_screenshots_offer_their_sizes_and_lead_to_the_whole_picture(self):
        package = make_package()
        PackagePicture.objects.create(package=package, picture=self.picture, position=1)
        PictureUse.record(package, {self.picture.name})
        page = self.page(package.get_absolute_url())
        self.assertRegex(page, rf'<a href="/pictures/{STEM}.png"> <img src="[^>]+ srcset="[^>]+>')
