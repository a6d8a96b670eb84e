"""The URL map, on one page. Health, the machine doors and sign-in are open to strangers."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path

from console.web import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/live", login_not_required(health.live)),
    path("healthz/ready", login_not_required(health.ready)),
    path("accounts/", include("allauth.account.urls")),
    path("", include("console.api.urls")),
    path("", include("console.web.urls")),
]

handler400 = "console.api.failures.bad_request"
handler500 = "console.api.failures.server_error"
