"""Which part answers which address; no view lives here."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("articles/", include("articles.urls")),
    path("glossary/", include("articles.glossary_urls")),
    path("sources/", include("articles.source_urls")),
    path("downloads/", include("downloads.urls")),
    path("search/", include("search.urls")),
    path("", include("reports.urls")),
    path("", include("content.urls")),
]

handler400 = "content.views.bad_request"
handler403 = "content.views.permission_denied"
handler404 = "content.views.page_not_found"
handler500 = "content.views.server_error"
