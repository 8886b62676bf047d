"""The pages of articles: the list, one article, the sources of reprints, the glossary."""

from typing import Any

from django.db.models import Count, Max
from django.utils.functional import SimpleLazyObject
from django.views.generic import ListView, TemplateView

from content import counting, kinds, stamps
from content.addresses import AddressedMixin, find_shown
from content.listing import Listing
from content.views import ListingView

from . import glossary
from .models import Article

SOURCES_PER_PAGE = 100


class ArticleListView(ListingView):
    """All articles, or the originals or the reprints among them."""

    template_name = "articles/article_list.html"

    def get_listing(self) -> Listing:
        of_articles = [kind for kind in kinds.every() if kind.model is Article]
        wanted = self.request.GET.get("kind")
        chosen = [kind for kind in of_articles if kind.name == wanted]
        self.kind = chosen[0].name if chosen else ""
        return Listing(only=chosen or of_articles)

    def choices(self) -> dict[str, str]:
        return {"kind": self.kind}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "kind": self.kind, "kinds": Article.Kind.choices}


class ArticleDetailView(AddressedMixin, TemplateView):
    """One article or reprint, with its neighbours in time."""

    template_name = "articles/article_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Article.objects.select_related("column__parent", "author", "cover")
        rows = rows.defer("body", "body_html", "body_text")
        article = find_shown(rows, self.kwargs["slug"], stamps.of_request(self.request))
        counting.count_view(self.request, article)
        return super().get_context_data(
            article=article,
            further_reading=article.further_reading.all(),
            **neighbours(article),
            kept_as=f"article {article.pk}",
            **kwargs,
        )


def neighbours(article: Article) -> dict[str, Any]:
    """The visible articles of the same kind published just before and just after, or None.

    Looked for when a template asks: a page that is kept has them.
    """
    at = article.published_at

    def others() -> Any:
        rows = Article.objects.visible().filter(kind=article.kind).exclude(pk=article.pk)
        return rows.only("title", "slug", "published_at", "kind")

    # Each side as a range, which an index is asked for; it is not for alternatives.
    def before() -> Article | None:
        rows = others().filter(published_at__lte=at).exclude(published_at=at, pk__gt=article.pk)
        return rows.order_by("-published_at", "-pk").first()

    def after() -> Article | None:
        rows = others().filter(published_at__gte=at).exclude(published_at=at, pk__lt=article.pk)
        return rows.order_by("published_at", "pk").first()

    return {"previous": SimpleLazyObject(before), "next": SimpleLazyObject(after)}


class SourceListView(ListView):
    """The sites that reprints were taken from, those with the most first."""

    template_name = "articles/source_list.html"
    context_object_name = "sources"
    paginate_by = SOURCES_PER_PAGE

    def get_queryset(self) -> Any:
        reprints = Article.objects.visible().filter(kind=Article.Kind.REPRINT)
        return (
            reprints.exclude(source_host="")
            .order_by()
            .values("source_host")
            .annotate(number=Count("pk"), latest=Max("published_at"))
            .order_by("-number", "source_host")
        )


class SourceView(ListingView):
    """All reprints of one source."""

    exists_when_empty = False

    template_name = "articles/source_detail.html"

    def get_listing(self) -> Listing:
        host = self.kwargs["host"]
        return Listing(
            lambda rows: rows.filter(source_host=host), only=[kinds.get(Article.Kind.REPRINT.value)]
        )


class GlossaryView(TemplateView):
    """All terms with their explanations."""

    template_name = "articles/glossary.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Lazy: the template keeps what it made of them.
        return super().get_context_data(groups=SimpleLazyObject(glossary.groups), **kwargs)
