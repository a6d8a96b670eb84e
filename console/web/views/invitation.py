"""Somebody opens the link they were sent. They belong to no tenant yet; the link names one."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from console.accounts.key_text import INVITATION_SCHEME, KeyText, parse_key
from console.accounts.models import Invitation, User
from console.administration import accept_invitation, open_account
from console.administration.invitations import invitation_of
from console.platform.errors import DomainError, InvalidInputError, NotFoundError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from console.web.forms.member import OpenAccountForm
from console.web.forms.problems import show_problems
from console.web.tenants import SESSION_TENANT

PAGE = "account/invitation.html"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, text: str) -> HttpResponseBase:
    key = parse_key(text, INVITATION_SCHEME)
    try:
        if key is None:
            raise NotFoundError(noun="invitation")
        if request.user.is_authenticated:
            return _join(request, key, request.user)
        return _open(request, key)
    except DomainError as error:
        return render(request, PAGE, {"problem": error}, status=error.http_status)


def _join(request: HttpRequest, key: KeyText, user: User) -> HttpResponse:
    """Somebody who has an account, and has signed in to it."""
    with tenant_scope(key.tenant_id):
        found = invitation_of(key)
        if request.method != "POST":
            return render(
                request, PAGE, {**_context(found), "is_theirs": found.email == user.email}
            )
        accept_invitation(invitation=found, user=user)
    request.session[SESSION_TENANT] = str(key.tenant_id)
    return redirect("overview")


def _open(request: HttpRequest, key: KeyText) -> HttpResponseBase:
    """Somebody who has none yet; whoever has is asked to sign in to it first."""
    with tenant_scope(key.tenant_id):
        found = invitation_of(key)
        if User.objects.filter(email=found.email).exists():
            return redirect_to_login(request.get_full_path())
        form = OpenAccountForm(request.POST or None)
        user = _account(found, form) if form.is_valid() else None
        if user is None:
            status = 422 if form.is_bound else 200
            return render(request, PAGE, {**_context(found), "form": form}, status=status)
        accept_invitation(invitation=found, user=user)
    request.session[SESSION_TENANT] = str(key.tenant_id)
    record_authentication(request, user, method="password")
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url="/"))
    return response


def _account(found: Invitation, form: OpenAccountForm) -> User | None:
    try:
        return open_account(invitation=found, **form.cleaned_data)
    except InvalidInputError as error:
        show_problems(form, error)
        return None


def _context(found: Invitation) -> dict[str, object]:
    return {"invitation": found, "tenant": Tenant.objects.get()}
