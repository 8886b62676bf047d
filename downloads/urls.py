"""Addresses of packages and their files."""

from django.urls import path

from . import views

app_name = "downloads"

urlpatterns = [
    path("", views.PackageListView.as_view(), name="list"),
    path("<str:slug>/", views.PackageDetailView.as_view(), name="detail"),
    path("<str:slug>/file", views.package_file, name="file"),
]
