"""Home and what leads through the content; feeds, the sitemap and what machines ask for."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from . import feeds, views
from .sitemaps import sitemaps

app_name = "content"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("columns/", views.ColumnIndexView.as_view(), name="columns"),
    path("columns/<str:slug>/", views.ColumnView.as_view(), name="column"),
    path("tags/<str:slug>/", views.TagView.as_view(), name="tag"),
    path("authors/<str:slug>/", views.AuthorView.as_view(), name="author"),
    path("archive/<int:year>/<int:month>/", views.ArchiveView.as_view(), name="archive"),
    path("pictures/<str:name>", views.picture, name="picture"),
    path("feed.xml", feeds.LatestFeed(), name="feed"),
    path("atom.xml", feeds.LatestAtomFeed(), name="atom"),
    path("sitemap.xml", sitemap, {"sitemaps": sitemaps()}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.health, name="health"),
]
