"""The page of an article."""

from typing import Any

from django.db.models import Q
from django.views.generic import TemplateView

from content import counting
from content.addresses import AddressedMixin, find, shown

from .models import Article


class ArticleDetailView(AddressedMixin, TemplateView):
    """One article or reprint, with its neighbours in time."""

    template_name = "articles/article_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Article.objects.select_related("column__parent", "author", "cover")
        article = shown(find(rows.prefetch_related("tags"), self.kwargs["slug"]))
        counting.count_view(self.request, article)
        return super().get_context_data(article=article, **neighbours(article), **kwargs)


def neighbours(article: Article) -> dict[str, Article | None]:
    """The visible articles of the same kind published just before and just after."""
    others = (
        Article.objects.visible()
        .filter(kind=article.kind)
        .exclude(pk=article.pk)
        .only("title", "slug", "published_at", "kind")
    )
    moment = Q(published_at=article.published_at)
    before = others.filter(Q(published_at__lt=article.published_at) | moment & Q(pk__lt=article.pk))
    after = others.filter(Q(published_at__gt=article.published_at) | moment & Q(pk__gt=article.pk))
    return {
        "previous": before.order_by("-published_at", "-pk").first(),
        "next": after.order_by("published_at", "pk").first(),
    }
