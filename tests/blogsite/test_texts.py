"""The admin is Chinese where Django and the libraries are not."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import RequestFactory, TestCase, override_settings
from django.utils.translation import gettext, override

CATALOGUES = [settings.BASE_DIR / "locale", settings.BASE_DIR / "blogsite" / "locale"]
# Inputs that nobody sees and that the history does not name.
HIDDEN = {"opened_at"}


@override_settings(LOCALE_PATHS=CATALOGUES)
class AdminTextTests(TestCase):
    def test_history_names_every_field_in_chinese(self):
        request = RequestFactory().get("/admin/")
        request.user = get_user_model()(username="admin", is_superuser=True, is_active=True)
        english = set()
        for model, model_admin in admin.site._registry.items():
            if not model_admin.has_change_permission(request):
                continue
            for name, field in model_admin.get_form(request).base_fields.items():
                # As the history stores it: without a language.
                with override(None):
                    label = str(field.label or name)
                if label not in HIDDEN and gettext(label) == label:
                    english.add(f"{model._meta.label}.{name}: {label}")

        self.assertEqual(english, set())

    def test_article_is_original_by_kind_and_an_article_in_general(self):
        from articles.models import Article

        self.assertEqual(str(Article.Kind.ARTICLE.label), "原创文章")
        self.assertEqual(str(Article._meta.verbose_name), "文章")

    def test_deleting_a_selection_is_not_called_deselecting(self):
        self.assertEqual(gettext("Delete selected %(model)s"), "删除所选%(model)s")
