"""The URL map, on one page. Health, the machine doors and sign-in are open to strangers."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic.base import RedirectView

from console.web import health
from console.web.views import reauthentication

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/live", login_not_required(health.live)),
    path("healthz/ready", login_not_required(health.ready)),
    path("accounts/reauthenticate/", reauthentication.by_password),
    path("accounts/mfa/", RedirectView.as_view(pattern_name="account")),
    path("accounts/mfa/webauthn/", RedirectView.as_view(pattern_name="account")),
    path("accounts/mfa/reauthenticate/", reauthentication.by_code),
    path("accounts/mfa/webauthn/reauthenticate/", reauthentication.by_passkey),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/mfa/", include("allauth.mfa.urls")),
    path("", include("console.api.urls")),
    path("", include("console.web.urls")),
]

handler400 = "console.api.failures.bad_request"
handler500 = "console.api.failures.server_error"
