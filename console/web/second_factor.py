"""Passkeys, authenticator apps and recovery codes: allauth's, with their secrets sealed."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from typing_extensions import override

from console.accounts.actor import Actor
from console.accounts.models import User
from console.platform.crypto.second_factor import open_secret, seal_secret
from console.tenancy.models import Tenant

# Where somebody without the second factor their role needs may go: to set it up, or out.
STILL_OPEN = ("/account/", "/accounts/", "/tenant/")


def must_set_up(request: HttpRequest, actor: Actor, tenants: list[Tenant]) -> bool:
    """Whether the actor's role in this tenant needs a second factor that they do not have."""
    tenant = next(one for one in tenants if one.id == actor.tenant_id)
    if actor.role not in tenant.second_factor_roles or request.path.startswith(STILL_OPEN):
        return False
    usable = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)
    return not Authenticator.objects.filter(user_id=actor.id, type__in=usable).exists()


def to_set_up(request: HttpRequest) -> HttpResponse:
    messages.warning(
        request,
        "Your role here needs a second factor. Add a passkey or an authenticator app to go on.",
    )
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(reverse("account"))
    return redirect("account")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    @override
    def encrypt(self, text: str) -> str:
        return seal_secret(text)

    @override
    def decrypt(self, encrypted_text: str) -> str:
        return open_secret(encrypted_text)

    @override
    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    @override
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Bound to the host (WebAuthn Level 2, relying party identifier)."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Mnemoscope"}
