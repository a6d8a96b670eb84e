from django.urls import URLPattern, path

from console.api import otlp

urlpatterns: list[URLPattern] = [
    path("v1/traces", otlp.export_traces),
]
