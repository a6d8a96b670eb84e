"""How people sign in and prove who they are: passwords, second factors, and a provider."""

from console.platform import env
from console.platform.sign_in_provider import oidc_provider, saml_is_installed, saml_provider

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "console.web.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
# Lockout: after ten failures within five minutes an address (and its client) waits.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,10/5m/key",
    # The public forms of people who ask about what is held: by address, and by workspace or code.
    "privacy_form": "10/h/ip,300/h/key",
    "privacy_code": "20/h/ip,20/h/key",
}
# By whose address: behind a proxy, what each of so many adds to X-Forwarded-For. Without it all who
# come through one count as one, and whoever is refused has all others refused.
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXIES", 0, low=0, high=10)
# Seconds for which a proof of who somebody is lasts, before erasure, exports and changes of keys.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "console.web.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Nobody signs up by themselves, so there is no address of a stranger's to be locked out of.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Mnemoscope"
SOCIALACCOUNT_ADAPTER = "console.web.identity.IdentityAdapter"
OIDC_PROVIDER = oidc_provider()
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC_PROVIDER] if OIDC_PROVIDER else []}}
SAML_PROVIDER = saml_provider()
SAML_APPS = []
if SAML_PROVIDER and saml_is_installed():  # without it `manage.py check` says what is missing
    SAML_APPS = ["allauth.socialaccount.providers.saml"]
    SOCIALACCOUNT_PROVIDERS["saml"] = {"APPS": [SAML_PROVIDER]}
    # A form that leads off this host is stopped by our own policy of content; a link is not.
    SOCIALACCOUNT_LOGIN_ON_GET = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
