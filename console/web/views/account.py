from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from console.web.middleware import TenantRequest
from console.web.render import render_page
from console.web.screens.account import account_screen


@require_safe
def account(request: TenantRequest) -> HttpResponse:
    return render_page(request, "account/account.html", {"screen": account_screen(request)})


@require_POST
def sessions_end(request: TenantRequest) -> HttpResponse:
    """Whoever fears a stolen session must not be asked for a proof first."""
    end_other_sessions(request, request.user)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("account")
