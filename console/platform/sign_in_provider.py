"""Whom the operator lets vouch for people: an OpenID Connect provider. None unless they say so.

Settings `MNEMOSCOPE_OIDC_ISSUER`, `_CLIENT_ID`, `_NAME` and the secret `_CLIENT_SECRET`.
"""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from console.platform import env

PROVIDER = "sso"
ON_THIS_HOST = frozenset({"127.0.0.1", "localhost", "::1"})


def oidc_provider() -> dict[str, Any] | None:
    """The provider as allauth's settings name it. Raises ImproperlyConfigured."""
    issuer = env.text("OIDC_ISSUER", "").rstrip("/")
    client_id = env.text("OIDC_CLIENT_ID", "")
    if not issuer and not client_id:
        return None
    if not issuer or not client_id:
        raise ImproperlyConfigured(
            "Set MNEMOSCOPE_OIDC_ISSUER, MNEMOSCOPE_OIDC_CLIENT_ID and the secret"
            " MNEMOSCOPE_OIDC_CLIENT_SECRET together."
        )
    parts = urlsplit(issuer)
    # Whoever stands between could put their own keys into what plain HTTP brings.
    if parts.scheme != "https" and parts.hostname not in ON_THIS_HOST:
        raise ImproperlyConfigured("MNEMOSCOPE_OIDC_ISSUER must begin with https://.")
    return {
        "provider_id": PROVIDER,
        "name": env.text("OIDC_NAME", parts.hostname or issuer),
        "client_id": client_id,
        "secret": env.secret("OIDC_CLIENT_SECRET"),
        "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
    }
