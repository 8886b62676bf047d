from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("Articles")

    def ready(self) -> None:
        from content import kinds, versions

        from .models import Article

        versions.guard(Article)
        kinds.register(
            kinds.Kind(
                name=Article.Kind.ARTICLE.value,
                label=pgettext_lazy("kind", "article"),
                model=Article,
                card="components/article_card.html",
            )
        )
        kinds.register(
            kinds.Kind(
                name=Article.Kind.REPRINT.value,
                label=pgettext_lazy("kind", "reprint"),
                model=Article,
                card="components/article_card.html",
                in_sitemap=False,
            )
        )
