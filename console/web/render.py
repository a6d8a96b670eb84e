"""A whole page, or the fragment of it that htmx asked for."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from console.web.middleware import TenantRequest
from console.web.quantities import MOST_COUNTED
from console.web.screens.notices import unread
from memory.access import visible_reviews
from memory.models import ReviewStatus


def render_page(
    request: TenantRequest,
    template: str,
    context: dict[str, Any],
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """`fragment` names a `{% partialdef %}` of the template.

    A boosted link and a restored history entry get the whole page: they replace all of it.
    """
    htmx = request.htmx  # type: ignore[attr-defined]
    if fragment and htmx and not htmx.boosted and not htmx.history_restore_request:
        response = render(request, f"{template}#{fragment}", context, status=status)
    else:
        context = {
            "open_reviews": _open_reviews(request),
            "unread_notices": unread(request.actor),
            **context,
        }
        response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def need(request: TenantRequest, permission: Permission) -> None:
    """A page that is not for this actor is not there. Raises NotFoundError."""
    if not request.actor.may(permission):
        raise NotFoundError(request.path, noun="page")


def _open_reviews(request: TenantRequest) -> int | None:
    if not request.actor.may(Permission.REVIEW_READ):
        return None
    waiting = visible_reviews(request.actor).filter(status=ReviewStatus.OPEN)
    return waiting[: MOST_COUNTED + 1].count()
