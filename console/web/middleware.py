"""Puts a signed-in person into their tenant, for the whole of a page; and the pages' policy.

The session remembers which tenant was chosen; membership is asked again on every request, so a
revoked one ends with the next click.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme

from audit.trail import record_refusal
from console.accounts.actor import Actor
from console.accounts.authentication import actor_of_member
from console.platform.errors import DomainError
from console.platform.refusals import refusal_of
from console.tenancy.scope import tenant_scope
from console.web.second_factor import must_set_up, to_set_up
from console.web.step_up import prove_first
from console.web.tenants import memberships_of, remembered_tenant

View = Callable[..., HttpResponseBase]


class ContentSecurityPolicyMiddleware:
    """One policy for every answer (CSP Level 3): nothing here differs by view or by request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = settings.CONTENT_SECURITY_POLICY

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Content-Security-Policy"] = self.policy
        return response


class TenantRequest(HttpRequest):
    """A request of somebody who acts in a tenant."""

    actor: Actor


class TenantMiddleware:
    """Runs every view that needs a sign-in inside the scope of the person's tenant.

    Django's LoginRequiredMiddleware has already turned strangers away; a view is open to them
    only if it says so (`@login_not_required`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if not getattr(view, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return None
        user = request.user
        memberships = memberships_of(user)
        tenant_id = remembered_tenant(request, memberships)
        if tenant_id is None:
            return render(request, "errors/no_tenant.html", status=403)
        request.memberships = memberships  # type: ignore[attr-defined]
        try:
            with tenant_scope(tenant_id):
                actor = actor_of_member(user, tenant_id)
                if actor is None:
                    return render(request, "errors/no_tenant.html", status=403)
                request.actor = actor  # type: ignore[attr-defined]
                if must_set_up(request, actor, memberships):
                    response: HttpResponseBase = to_set_up(request)
                else:
                    response = self._answer(request, view, args, kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()  # its lazy queries need the scope
                return response
        except (DomainError, IntegrityError) as error:
            refused = refusal_of(error)
            if refused is None:
                raise
            return self._refused(request, refused)

    @staticmethod
    def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
        """The refused change has rolled back with the scope; its refusal is kept by itself."""
        refused_by = getattr(request, "actor", None)
        if refused_by is not None:
            door = f"{request.method} {request.resolver_match.route}"  # type: ignore[union-attr]
            record_refusal(actor=refused_by, error=error, door=door)
        context = {"problem": error, "back": _came_from(request)}
        return render(request, "errors/problem.html", context, status=error.http_status)

    @staticmethod
    def _answer(
        request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase:
        """Allauth's own middleware would see this exception only past ours."""
        try:
            return view(request, *args, **kwargs)
        except ReauthenticationRequired:
            return prove_first(request)


def _came_from(request: HttpRequest) -> str:
    """Another page of this host, or nothing."""
    address = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    parts = urlsplit(address)
    return "" if parts.path == request.path else urlunsplit(("", "", parts.path, parts.query, ""))
