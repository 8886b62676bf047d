"""The address of the glossary; its name has no namespace, because there is one for the site."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.GlossaryView.as_view(), name="glossary"),
]
