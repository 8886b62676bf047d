"""Home and what leads through the content; feeds, the sitemap and what machines ask for."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path
from django.views.decorators.http import conditional_page

from . import feeds, sitemaps, views

app_name = "content"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("columns/", views.ColumnIndexView.as_view(), name="columns"),
    path("columns/<slug:slug>/", views.ColumnView.as_view(), name="column"),
    path("tags/<slug:slug>/", views.TagView.as_view(), name="tag"),
    path("authors/<slug:slug>/", views.AuthorView.as_view(), name="author"),
    path("archive/<int:year>/<int:month>/", views.ArchiveView.as_view(), name="archive"),
    path("pictures/<str:name>", views.picture, name="picture"),
    path("feed.xml", conditional_page(feeds.LatestFeed()), name="feed"),
    path("atom.xml", conditional_page(feeds.LatestAtomFeed()), name="atom"),
    path("sitemap.xml", conditional_page(sitemaps.index), name="sitemap"),
    path(
        "sitemap-<slug:section>.xml",
        conditional_page(sitemap),
        {"sitemaps": sitemaps.sitemaps()},
        name="sitemap_section",
    ),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.health, name="health"),
]
