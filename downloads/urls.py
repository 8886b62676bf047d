"""Addresses of packages and their files."""

from django.urls import path

from . import views

app_name = "downloads"

urlpatterns = [
    path("", views.PackageListView.as_view(), name="list"),
    path("<slug:slug>/", views.PackageDetailView.as_view(), name="detail"),
    path("<slug:slug>/file", views.package_file, name="file"),
]
