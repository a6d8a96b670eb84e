"""What can go wrong, by meaning. `code` is the server's, stable; the sentence may be improved.

No error carries the request, so neither the key nor a memory's text can leave through a traceback.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class MnemoscopeError(Exception):
    """Everything this library raises on purpose."""


class ConfigurationError(MnemoscopeError):
    """No usable address or key was given."""


class ConnectionFailedError(MnemoscopeError):
    """No answer came back: the server is away, or the network is. The outcome is unknown."""


class UnexpectedAnswerError(MnemoscopeError):
    """Something answered, but not as Mnemoscope does: a proxy, or another version."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field of what was sent."""

    field: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An `application/problem+json` body (RFC 9457) with Mnemoscope's members."""

    status: int
    code: str
    title: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    request_id: str | None = None


class ApiError(MnemoscopeError):
    """The server understood and declined."""

    statuses: ClassVar[frozenset[int]] = frozenset()

    def __init__(self, problem: Problem, *, retry_after: float | None = None) -> None:
        # With fields, `detail` only tells the first of them.
        fields = " ".join(f"{error.field}: {error.detail}" for error in problem.errors)
        super().__init__(f"{fields or problem.detail or problem.title} ({problem.code})")
        self.problem = problem
        self.status = problem.status
        self.code = problem.code
        self.errors = problem.errors
        self.request_id = problem.request_id
        self.retry_after = retry_after


class AuthenticationError(ApiError):
    """The key is missing, wrong, expired or revoked."""

    statuses = frozenset({401})


class PermissionDeniedError(ApiError):
    """The key is good, and this is not its to do."""

    statuses = frozenset({403})


class AgentFrozenError(PermissionDeniedError):
    """Somebody stopped this agent. Trying again helps only once an owner has thawed it."""


class SignatureError(PermissionDeniedError):
    """A signature is missing or does not hold; `code` says how (`signature_…`)."""


class NotFoundError(ApiError):
    """Absent, another tenant's, or not for this key: the server answers all three alike."""

    statuses = frozenset({404, 410})


class ConflictError(ApiError):
    """The request does not fit the current state."""

    statuses = frozenset({409})


class StaleVersionError(ConflictError):
    """Someone revised the memory since it was read: read again, then decide again."""

    statuses = frozenset({412})


class PayloadTooLargeError(ApiError):
    statuses = frozenset({413})


class ValidationError(ApiError):
    """Fields that do not hold, in `errors`; or a write that a policy rejects, by its `code`."""

    statuses = frozenset({400, 422})


class HeldError(ApiError):
    """A legal hold keeps it as it is."""

    statuses = frozenset({423})


class RateLimitedError(ApiError):
    """Still limited after the retries; `retry_after` says for how many seconds, if known."""

    statuses = frozenset({429})


class ServerError(ApiError):
    """The server failed; it says nothing about whether the change was made."""

    statuses = frozenset({500})


class ServerUnavailableError(ServerError):
    """Still away, behind its gateway, after the retries."""

    statuses = frozenset({502, 503, 504})


_BY_STATUS: dict[int, type[ApiError]] = {
    status: kind
    for kind in (
        AuthenticationError,
        PermissionDeniedError,
        NotFoundError,
        ConflictError,
        StaleVersionError,
        PayloadTooLargeError,
        ValidationError,
        HeldError,
        RateLimitedError,
        ServerError,
        ServerUnavailableError,
    )
    for status in kind.statuses
}


def error_for(problem: Problem, *, retry_after: float | None = None) -> ApiError:
    """Choose the class by code where one status has several meanings, else by status."""
    kind = _BY_STATUS.get(problem.status, ServerError if problem.status >= 500 else ApiError)  # noqa: PLR2004
    if problem.code == "stale_version":
        kind = StaleVersionError
    if problem.code == "agent_frozen":
        kind = AgentFrozenError
    if problem.code.startswith("signature_"):
        kind = SignatureError
    return kind(problem, retry_after=retry_after)
