"""allauth's three ways to prove again who one is, each attempt on record."""

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.contrib import messages
from django.http import HttpResponse
from typing_extensions import override

from audit.models import Outcome
from audit.trail import append
from console.web.middleware import TenantRequest


class OnRecord:
    """Over one of allauth's views: what came of it stands in the audit trail of the tenant."""

    request: TenantRequest
    method: str

    def form_valid(self, form: Any) -> HttpResponse:
        append(
            kind="session.stepped_up",
            actor=self.request.actor,
            payload={"method": self.method},
        )
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        append(
            kind="session.stepped_up",
            actor=self.request.actor,
            outcome=Outcome.REFUSED,
            reason="not_proved",
            payload={"method": self.method},
        )
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        return response


class ByPassword(OnRecord, ReauthenticateView):  # type: ignore[misc]
    method = "password"


class ByCode(OnRecord, CodeView):  # type: ignore[misc]
    """A code of the authenticator app, or a recovery code."""

    method = "code"


class FormStays(ReauthenticateWebAuthnView):  # type: ignore[misc]
    """allauth's own leads a passkey that was refused to the page for strangers."""

    @override
    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, "That passkey was not accepted. Try again, or another way.")
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response


class ByPasskey(OnRecord, FormStays):
    method = "passkey"


by_password = ByPassword.as_view()
by_code = ByCode.as_view()
by_passkey = ByPasskey.as_view()
