"""What `manage.py check` says of settings that only a door can judge."""

from typing import Any

from django.conf import settings
from django.core import checks

from console.platform.sign_in_provider import saml_is_installed


def check_saml(**_kwargs: Any) -> list[checks.CheckMessage]:
    if settings.SAML_PROVIDER is None or saml_is_installed():
        return []
    return [
        checks.Error(
            "MNEMOSCOPE_SAML_METADATA_URL is set, and what speaks SAML is not installed.",
            hint="Install the extra: `pip install 'django-allauth[saml]'`. It brings python3-saml.",
            id="mnemoscope.E101",
        )
    ]
