"""Why a signature is refused. Each has a code of its own, and nothing of the write is stored."""

from console.platform.errors import DomainError


class SignatureError(DomainError):
    """The write was understood, and who wrote it was not proved."""

    http_status = 403


class SignatureMalformedError(SignatureError):
    code = "signature_malformed"
    title = "The signature does not have the form of one"
    http_status = 422


class SignatureRequiredError(SignatureError):
    code = "signature_required"
    title = "This agent must sign its writes"


class SignatureInvalidError(SignatureError):
    code = "signature_invalid"
    title = "The signature is not of this body"


class SignatureReplayedError(SignatureError):
    code = "signature_replayed"
    title = "This signature has been used"
    http_status = 409


class SignatureStaleError(SignatureError):
    code = "signature_stale"
    title = "The signature was not made now"


class SignatureWrongTenantError(SignatureError):
    code = "signature_wrong_tenant"
    title = "The signing key is not of this tenant"


class SignatureWrongAgentError(SignatureError):
    code = "signature_wrong_agent"
    title = "The signing key is not this agent's"


class SignatureUnknownKeyError(SignatureError):
    code = "signature_unknown_key"
    title = "There is no such signing key"


class SignatureKeyExpiredError(SignatureError):
    code = "signature_key_expired"
    title = "The signing key has expired"


class SignatureKeyRevokedError(SignatureError):
    code = "signature_key_revoked"
    title = "The signing key is revoked"


class SignatureDowngradedError(SignatureError):
    code = "signature_downgraded"
    title = "The write proves less than it must"
