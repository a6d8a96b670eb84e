"""Passkeys, authenticator apps and recovery codes: allauth's, with their secrets sealed."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from typing_extensions import override

from console.accounts.models import User
from console.platform.crypto.second_factor import open_secret, seal_secret


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
