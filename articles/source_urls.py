"""Addresses of the pages that list reprints by their source."""

from django.urls import path

from . import views

app_name = "sources"

urlpatterns = [
    path("", views.SourceListView.as_view(), name="list"),
    path("<str:host>/", views.SourceView.as_view(), name="detail"),
]
