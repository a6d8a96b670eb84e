"""Whom the operator lets vouch for people: an OpenID Connect or a SAML provider, or nobody.

Settings `MNEMOSCOPE_OIDC_ISSUER`, `_CLIENT_ID`, `_NAME` and the secret `_CLIENT_SECRET`; or
`MNEMOSCOPE_SAML_METADATA_URL`, `_ENTITY_ID` and `_NAME`, which need the extra `saml`.
"""

from importlib.util import find_spec
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


def saml_provider() -> dict[str, Any] | None:
    """The same for SAML 2.0. Raises ImproperlyConfigured."""
    metadata, entity = env.text("SAML_METADATA_URL", ""), env.text("SAML_ENTITY_ID", "")
    if not metadata and not entity:
        return None
    if not entity or urlsplit(metadata).scheme != "https":
        raise ImproperlyConfigured(
            "Set MNEMOSCOPE_SAML_METADATA_URL, which begins with https://, and"
            " MNEMOSCOPE_SAML_ENTITY_ID together."
        )
    return {
        "provider_id": entity,
        "name": env.text("SAML_NAME", "your organisation"),
        "client_id": PROVIDER,
        "settings": {
            "idp": {"entity_id": entity, "metadata_url": metadata},
            "advanced": {"want_assertion_signed": True, "reject_deprecated_algorithm": True},
        },
    }


def saml_is_installed() -> bool:
    return find_spec("onelogin") is not None
