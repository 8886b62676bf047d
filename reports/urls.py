"""Addresses of the report form and of the case a report leads to."""

from django.urls import path

from . import views

app_name = "reports"

urlpatterns = [
    path("report/<slug:kind>/<int:pk>/", views.ReportView.as_view(), name="report"),
    path("case/<slug:code>/", views.case_detail, name="case"),
]
