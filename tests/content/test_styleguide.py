"""The style guide shows every component, and asks the database nothing."""

import importlib.util
import re
from pathlib import Path

from django.conf import settings
from django.test import RequestFactory, TestCase, override_settings

from content.sidebar import Draw
from content.styleguide import views
from content.styleguide.specimens import UNSEEN, sections

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"


class StyleGuideTests(TestCase):
    def page(self, query: str = "") -> str:
        return views.components(RequestFactory().get(f"/{query}")).content.decode()

    def test_no_component_is_forgotten(self):
        shown = {specimen.name for _title, specimens in sections() for specimen in specimens}
        # The others are shown by what includes them.
        texts = [path.read_text(encoding="utf-8") for path in COMPONENTS.glob("*.html")]
        included = set(re.findall(r'include "components/(\w+)\.html"', "".join(texts)))
        drawn = vars(Draw)["__annotations__"]
        boxes = {f"sidebar_{name}" for name in (*drawn, "recommended", "search")}
        every = {path.stem for path in COMPONENTS.glob("*.html")}
        self.assertEqual(every - shown - included - boxes - UNSEEN, set())
        self.assertEqual({name for name in shown if "/" not in name} - every, set())

    def test_every_specimen_shows_something_and_no_query_is_made(self):
        views._prose.cache_clear()
        request = RequestFactory().get("/")
        with self.assertNumQueries(0):
            for _title, specimens in sections():
                for specimen in specimens:
                    with self.subTest(specimen.name):
                        self.assertIn("<", specimen.html(request))
        self.assertIn("<figcaption>", self.page())

    def test_a_theme_is_one_of_the_two(self):
        self.assertIn('<html lang="zh-Hans" data-theme="dark">', self.page("?theme=dark"))
        self.assertIn('<html lang="zh-Hans" >', self.page('?theme="><script>'))

    def test_it_has_addresses_in_development_only(self):
        for debug in (True, False):
            with self.subTest(debug=debug), override_settings(DEBUG=debug):
                # Apart from the module that other tests have loaded already.
                spec = importlib.util.find_spec("content.urls")
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
                names = {pattern.name for pattern in module.urlpatterns}
                self.assertEqual("styleguide" in names, debug)
                self.assertEqual("styleguide_components" in names, debug)
