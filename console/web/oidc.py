"""Signing in through the operator's OpenID Connect provider.

The code flow with PKCE (RFC 7636), state and nonce is allauth's; what the provider says is checked
here as OpenID Connect Core 1.0 §3.1.3.7 has it, its signature too, which allauth leaves to TLS.
"""

import time
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from typing_extensions import override

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
CLOCK_SKEW_SECONDS = 30


class CheckedAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    @override
    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        claims = self._checked(str(kwargs["response"].get("id_token", "")), app)
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            more = self._fetch_user_info(token.token)
            # OpenID Connect Core 1.0 §5.3.2: an answer about somebody else is no answer.
            if more.get("sub") != claims["sub"]:
                raise OAuth2Error("The provider answered about somebody else.")
            claims = {**more, **claims}
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _checked(self, id_token: str, app: Any) -> dict[str, Any]:
        """Raises OAuth2Error."""
        issuer = self.openid_config.get("issuer", "")
        if issuer.rstrip("/") != app.settings["server_url"]:
            raise OAuth2Error("The provider calls itself by another name.")
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key(jwt.get_unverified_header(id_token).get("kid")),
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=issuer,
                leeway=CLOCK_SKEW_SECONDS,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("The identity token does not hold.") from error
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The identity token is for another client.")
        return claims

    def _key(self, kid: str | None) -> jwt.PyJWK:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        for key in keys:
            if key.key_id == kid or (kid is None and len(keys) == 1):
                return key
        raise OAuth2Error("The identity token is signed by an unknown key.")


def proved_at(claims: dict[str, Any]) -> float:
    """When the provider last asked who it is, in Unix seconds; 0 where it does not tell."""
    moment = claims.get("auth_time")
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        return 0.0
    return min(float(moment), time.time())
