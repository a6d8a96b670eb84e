"""A mail server as one address: `smtps://user:password@host`, or `smtp://host:25`."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BACKENDS = "django.core.mail.backends"
PORTS = {"smtps": 465, "smtp": 587}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TIMEOUT_SECONDS = 20


def mail_server(address: str | None) -> dict[str, Any]:
    """Django's settings for it. Past this host nothing is sent in the clear.

    Raises ImproperlyConfigured, which does not repeat the password.
    """
    if not address:
        return {"MAILS": False, "EMAIL_BACKEND": f"{BACKENDS}.console.EmailBackend"}
    parts = urlsplit(address)
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise ImproperlyConfigured(
            "MNEMOSCOPE_SMTP_URL: write smtps://user:password@host, or smtp://… for STARTTLS."
        ) from None
    host = parts.hostname or ""
    return {
        "MAILS": True,
        "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and host not in LOOPBACK,
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }
