from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from console.accounts.models import ApiKey
from console.accounts.permissions import Permission
from console.administration import IssuedKey, issue_agent_key, issue_personal_key, revoke_key
from console.keys.models import SigningKey
from console.platform.errors import InvalidInputError, NotFoundError
from console.web.forms.key import ME, KeyFilter, KeyForm
from console.web.forms.problems import show_problems
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.screens.key import visible_keys
from console.web.step_up import step_up

MOST_SIGNING_KEYS = 200


@require_safe
def key_list(request: TenantRequest) -> HttpResponse:
    filters = KeyFilter(request.GET)
    page = paginate(request, filters.apply(_keys(request)), order=("-id",))
    context = {"filters": filters, "page": page, "signing_keys": _signing_keys(request, filters)}
    return render_page(request, "settings/keys.html", context)


@step_up
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def key_create(request: TenantRequest) -> HttpResponse:
    """Answers with the key itself, once: a redirect would have to keep it somewhere."""
    need(request, Permission.KEYS_OWN)
    asked = {"holder": request.GET.get("agent", ME)}
    form = KeyForm(request.actor, request.POST or None, initial=asked)
    if form.is_valid():
        try:
            issued = _issue(request, form)
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            return render_page(request, "settings/key_created.html", {"issued": issued})
    status = 422 if form.is_bound else 200
    return render_page(request, "settings/key_create.html", {"form": form}, status=status)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def key_revoke(request: TenantRequest, key_id: UUID) -> HttpResponse:
    key = _keys(request).filter(id=key_id).first()
    if key is None:
        raise NotFoundError(key_id, noun="key")
    if request.method != "POST":
        return render_page(request, "settings/key_revoke.html", {"key": key})
    revoke_key(actor=request.actor, key=key)
    messages.success(request, f"Revoked {key.label}. It opens nothing any more.")
    return redirect("key-list")


def _keys(request: TenantRequest) -> QuerySet[ApiKey]:
    need(request, Permission.KEYS_OWN)
    return visible_keys(request.actor)


def _signing_keys(request: TenantRequest, filters: KeyFilter) -> list[SigningKey]:
    """By agent, the newest first; for those who manage keys."""
    if not request.actor.may(Permission.KEYS_MANAGE):
        return []
    keys = filters.apply(SigningKey.objects.select_related("agent"))
    return list(keys.order_by("agent__name", "-id")[:MOST_SIGNING_KEYS])


def _issue(request: TenantRequest, form: KeyForm) -> IssuedKey:
    label, expires_at = form.cleaned_data["label"], form.expires_at()
    agent = form.agent()
    if agent is None:
        return issue_personal_key(actor=request.actor, label=label, expires_at=expires_at)
    return issue_agent_key(
        actor=request.actor,
        agent=agent,
        label=label,
        scopes=[Permission(scope) for scope in form.cleaned_data["scopes"]],
        expires_at=expires_at,
    )
