"""The second step of a sign-in, for as long as there is one to take."""

from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest
from typing_extensions import override

USABLE = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SecondStep(AuthenticateStage):  # type: ignore[misc]
    @override
    def is_resumable(self, request: HttpRequest) -> bool:
        """Whose factors were reset meanwhile begins anew, or two pages would lead to each other."""
        return bool(is_mfa_enabled(self.login.user, USABLE))
