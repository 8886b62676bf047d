from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("Articles")

    def ready(self) -> None:
        from content import finishing, kinds, stamps, versions

        from . import glossary
        from .models import Article, FurtherReading, Term

        versions.guard(Article)
        stamps.follow([Article, FurtherReading], stamps.CONTENT)
        stamps.follow([Term], stamps.GLOSSARY)
        finishing.add_step(Article, glossary.mark_terms, stamps.GLOSSARY)
        kinds.register(
            kinds.Kind(
                name=Article.Kind.ARTICLE.value,
                label=pgettext_lazy("kind", "article"),
                model=Article,
                card="components/article_card.html",
                embed="components/article_embed.html",
            )
        )
        kinds.register(
            kinds.Kind(
                name=Article.Kind.REPRINT.value,
                label=pgettext_lazy("kind", "reprint"),
                model=Article,
                card="components/article_card.html",
                embed="components/article_embed.html",
                in_sitemap=False,
            )
        )
