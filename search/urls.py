"""The addresses of the search page and of what programs and the search box ask for."""

from django.urls import path

from . import clicks, views

app_name = "search"

urlpatterns = [
    path("", views.search_page, name="page"),
    path("results.json", views.results, name="results"),
    path("click", clicks.click, name="click"),
    path("suggest.json", views.suggest, name="suggest"),
]
