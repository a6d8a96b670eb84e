"""Whom a sign-in through the operator's provider lets in: who is known, and vouched for."""

from typing import Any, NoReturn

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render
from typing_extensions import override

from console.accounts.models import User
from console.administration import link_identity
from console.web.oidc import proved_at
from console.web.step_up import is_fresh

log = structlog.get_logger(__name__)

FAILED = "The sign-in did not come to an end. Begin it anew."
NOT_ASKED = "It did not ask again who you are. Sign out, there too, and in again."
UNKNOWN = "It vouches for no address that is known here. Ask an owner of a workspace to invite you."


class IdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    @override
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    @override
    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.account.provider == "saml":
            self._let_in(request, sociallogin, sociallogin.user.email)
            return
        claims = sociallogin.account.extra_data.get("id_token", {})
        asked = sociallogin.state.get("data") or {}
        if claims.get("nonce") != asked.get("nonce"):
            refuse(request, "nonce", FAILED)
        # Asked to ask again, a provider that did not would lead in a circle.
        if asked.get("again") and not is_fresh(proved_at(claims)):
            refuse(request, "auth_time", NOT_ASKED)
        # Some providers write the boolean as a string; nothing else counts.
        is_verified = claims.get("email_verified") in {True, "true"}
        self._let_in(request, sociallogin, claims.get("email") if is_verified else None)

    def _let_in(self, request: HttpRequest, sociallogin: Any, email: object) -> None:
        if sociallogin.is_existing:
            return
        user = _known(email)
        if user is None:
            refuse(request, "unknown", UNKNOWN)
        link_identity(user=user, provider=sociallogin.account.provider)
        sociallogin.connect(request, user)

    @override
    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        refuse(request, str(exception or error), FAILED)


def refuse(request: HttpRequest, reason: str, told: str) -> NoReturn:
    """The log learns why; a stranger does not."""
    log.warning("sign_in_refused", through="oidc", reason=reason[:200])
    raise ImmediateHttpResponse(
        render(request, "account/identity_refused.html", {"told": told}, status=403)
    )


def _known(email: object) -> User | None:
    if not isinstance(email, str):
        return None
    return User.objects.filter(email=email.strip().lower(), is_active=True).first()
