"""Out to the operator's provider, and back."""

import secrets
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests import RequestException

from console.platform.sign_in_provider import PROVIDER
from console.web.identity import FAILED
from console.web.oidc import CheckedAdapter


@login_not_required
@never_cache
@require_safe
def identity_login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Another site that sends somebody here would sign them in unasked: it gets a button instead.

    Whoever is signed in already proves anew who they are, now.
    """
    _known(provider_id)
    provider = get_adapter(request).get_provider(request, PROVIDER)
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return render(request, "account/identity_ask.html", {"name": provider.app.name})
    nonce = secrets.token_urlsafe(16)
    asked: dict[str, Any] = {"nonce": nonce}
    if request.user.is_authenticated:
        asked |= {"prompt": "login", "max_age": "0"}
    try:
        response: HttpResponse = provider.redirect(
            request,
            process="login",
            next_url=_wanted(request),
            data={"nonce": nonce, "again": request.user.is_authenticated},
            auth_params=asked,
        )
    except (RequestException, KeyError, ValueError):
        context = {"told": f"{provider.app.name} does not answer. Try again in a while."}
        return render(request, "account/identity_refused.html", context, status=503)
    return response


@login_not_required
@never_cache
@require_safe
def identity_callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    _known(provider_id)
    view = OAuth2CallbackView.adapter_view(CheckedAdapter(request, PROVIDER))
    try:
        response: HttpResponse = view(request)
    except (KeyError, ValueError, TypeError):  # an answer that is no answer of a provider
        return render(request, "account/identity_refused.html", {"told": FAILED}, status=502)
    return response


def _known(provider_id: str) -> None:
    if settings.OIDC_PROVIDER is None or provider_id != PROVIDER:
        raise Http404


def _wanted(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours else "/"
