"""Home and what leads through the content; feeds, the sitemap and what machines ask for."""

from django.conf import settings
from django.contrib.sitemaps.views import sitemap
from django.urls import path
from django.views.decorators.http import conditional_page

from . import count_views, feeds, site_views, sitemaps, views

app_name = "content"

# The same three for the site, and for each column and group.
feed_paths = [
    path(
        before + form.file_name,
        conditional_page(feeds.FeedView.as_view(form=name)),
        name=f"{prefix}{name}",
    )
    for before, prefix in (("", ""), ("columns/<slug:slug>/", "column_"))
    for name, form in feeds.FORMS.items()
]

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("columns/", views.ColumnIndexView.as_view(), name="columns"),
    path("columns/<slug:slug>/", views.ColumnView.as_view(), name="column"),
    path("tags/", views.TagIndexView.as_view(), name="tag_index"),
    path("tags/<slug:slug>/", views.TagView.as_view(), name="tag"),
    path("authors/<slug:slug>/", views.AuthorView.as_view(), name="author"),
    path("archive/", views.ArchiveIndexView.as_view(), name="archive_index"),
    path("archive/<int:year>/<int:month>/", views.ArchiveView.as_view(), name="archive"),
    path("pictures/<str:name>", views.picture, name="picture"),
    *feed_paths,
    path("sitemap.xml", conditional_page(sitemaps.index), name="sitemap"),
    path(
        "sitemap-<slug:section>.xml",
        conditional_page(sitemap),
        {"sitemaps": sitemaps.sitemaps()},
        name="sitemap_section",
    ),
    path("about/", site_views.AboutView.as_view(), name="about"),
    path("favicon.ico", conditional_page(site_views.favicon), name="favicon"),
    path("manifest.webmanifest", conditional_page(site_views.manifest), name="manifest"),
    path("opensearch.xml", conditional_page(site_views.opensearch), name="opensearch"),
    path("count/<slug:kind>/<int:pk>/", count_views.beacon, name="count"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.health, name="health"),
]

if settings.DEBUG:
    from .styleguide import views as styleguide

    urlpatterns += [
        path("styleguide/", styleguide.index, name="styleguide"),
        path("styleguide/components/", styleguide.components, name="styleguide_components"),
    ]
