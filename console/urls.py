"""The URL map, on one page. Health, the machine doors and sign-in are open to strangers."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic.base import RedirectView

from console.api.metrics import metrics
from console.web import health
from console.web.views import identity, reauthentication

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/live", login_not_required(health.live)),
    path("healthz/ready", login_not_required(health.ready)),
    path("metrics", metrics),
    path("accounts/reauthenticate/", reauthentication.by_password),
    path("accounts/mfa/", RedirectView.as_view(pattern_name="account")),
    path("accounts/mfa/webauthn/", RedirectView.as_view(pattern_name="account")),
    path("accounts/mfa/reauthenticate/", reauthentication.by_code),
    path("accounts/mfa/webauthn/reauthenticate/", reauthentication.by_passkey),
    # By the names that allauth asks for them by.
    path(
        "accounts/oidc/<str:provider_id>/login/",
        identity.identity_login,
        name="openid_connect_login",
    ),
    path(
        "accounts/oidc/<str:provider_id>/login/callback/",
        identity.identity_callback,
        name="openid_connect_callback",
    ),
    *(path("accounts/", include(f"{app}.urls")) for app in settings.SAML_APPS),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/mfa/", include("allauth.mfa.urls")),
    path("", include("console.api.urls")),
    path("", include("console.web.urls")),
]

handler400 = "console.api.failures.bad_request"
handler500 = "console.api.failures.server_error"
