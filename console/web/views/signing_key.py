from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from console.accounts.permissions import Permission
from console.administration import issue_signing_key, revoke_signing_key, rotate_signing_key
from console.keys.models import SigningKey
from console.platform.errors import NotFoundError
from console.web.forms.signing_key import RotateForm, SigningKeyForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.step_up import step_up

CREATED = "settings/signing_key_created.html"


@step_up
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signing_key_create(request: TenantRequest) -> HttpResponse:
    """Answers with the key itself, once, as for an API key."""
    need(request, Permission.KEYS_MANAGE)
    form = SigningKeyForm(request.POST or None)
    if form.is_valid():
        issued = issue_signing_key(
            actor=request.actor, agent=form.signer(), expires_at=form.expires_at()
        )
        return render_page(request, CREATED, {"issued": issued})
    status = 422 if form.is_bound else 200
    return render_page(request, "settings/signing_key_create.html", {"form": form}, status=status)


@step_up
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signing_key_rotate(request: TenantRequest, key_id: UUID) -> HttpResponse:
    key = _key(request, key_id)
    form = RotateForm(request.POST or None)
    if form.is_valid():
        issued = rotate_signing_key(actor=request.actor, key=key, overlap=form.for_how_long())
        return render_page(request, CREATED, {"issued": issued})
    status = 422 if form.is_bound else 200
    context = {"form": form, "key": key}
    return render_page(request, "settings/signing_key_rotate.html", context, status=status)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def signing_key_revoke(request: TenantRequest, key_id: UUID) -> HttpResponse:
    key = _key(request, key_id)
    if request.method != "POST":
        return render_page(request, "settings/signing_key_revoke.html", {"key": key})
    revoke_signing_key(actor=request.actor, key=key)
    messages.success(request, "Revoked the signing key. Nothing new counts as signed by it.")
    return redirect("key-list")


def _key(request: TenantRequest, key_id: UUID) -> SigningKey:
    need(request, Permission.KEYS_MANAGE)
    key = SigningKey.objects.select_related("agent").filter(id=key_id).first()
    if key is None:
        raise NotFoundError(key_id, noun="key")
    return key
