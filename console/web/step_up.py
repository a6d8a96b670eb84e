"""Before erasure, exports and changes of keys a person proves again who they are.

    @step_up
    @require_http_methods(["GET", "HEAD", "POST"])
    def key_revoke(request: TenantRequest, key_id: UUID) -> HttpResponse: ...

Whoever signed in, or proved it, within `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds passes. Others
are led to prove it and come back: to the page they asked for, or to the one whose form they sent.
What they had sent is not kept: it would lie in the session, and happen out of their sight.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from console.platform.errors import NotPermittedError
from console.platform.sign_in_provider import PROVIDER

# In the session of somebody who signed in through a provider: when it asked who they are.
PROVED_AT = "proved_at"

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
View = Callable[Concatenate[R, P], HttpResponseBase]


class StepUpImpossibleError(NotPermittedError):
    """The person has nothing to prove it with: they signed in elsewhere, too long ago."""

    code = "step_up_impossible"
    title = "Sign out and in again, then repeat this within five minutes"


def step_up(view: View[R, P]) -> View[R, P]:
    @wraps(view)
    def guarded(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if authenticated_lately(request):
            return view(request, *args, **kwargs)
        return prove_first(request)

    return guarded


def authenticated_lately(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    if not records:
        return False
    last = records[-1]
    # A provider may wave somebody through whom it asked this morning.
    at = request.session.get(PROVED_AT, 0) if last["method"] == "socialaccount" else last["at"]
    return is_fresh(at)


def is_fresh(at: float) -> bool:
    """Whether a proof of that moment, in Unix seconds, still counts."""
    lasts: int = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return time.time() - at < lasts


def prove_first(request: HttpRequest) -> HttpResponse:
    """Leads to the page that asks who it is. Raises StepUpImpossibleError."""
    methods = [
        method["url"] for method in get_adapter(request).get_reauthentication_methods(request.user)
    ]
    if settings.OIDC_PROVIDER is not None:
        methods.append(reverse("openid_connect_login", args=[PROVIDER]))
    if not methods:
        raise StepUpImpossibleError
    if request.method == "POST":
        messages.warning(request, "Nothing has happened yet: send the form again.")
    address = f"{methods[0]}?{urlencode({'next': _way_back(request)})}"
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(address)
    return redirect(address)


def _way_back(request: HttpRequest) -> str:
    """Where a form was sent from: its own address need not answer a GET."""
    if request.method != "POST":
        return request.get_full_path()
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, allowed_hosts={request.get_host()}):
        return request.path
    parts = urlsplit(referrer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
