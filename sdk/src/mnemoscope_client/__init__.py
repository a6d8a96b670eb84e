"""Remember and recall through Mnemoscope, the governed memory of AI agents."""

from mnemoscope_client.answers.decided import DecidedReview, DecidedReviews
from mnemoscope_client.answers.decision import Decision, Decisions
from mnemoscope_client.answers.event import (
    AuditEvent,
    AuditLog,
    Checkpoint,
    EventProof,
    ProofState,
)
from mnemoscope_client.answers.memory import Memory, MemoryVersion
from mnemoscope_client.answers.reason import Reason
from mnemoscope_client.answers.recall import Recall, RecallHit
from mnemoscope_client.answers.review import Review
from mnemoscope_client.answers.run import Heartbeat, Outcome, Run
from mnemoscope_client.answers.snapshot import Snapshot, SnapshotItem
from mnemoscope_client.answers.span import MemoryTouch, Span
from mnemoscope_client.answers.subject_request import ErasureCertificate, SubjectRequest
from mnemoscope_client.answers.write import WriteResult
from mnemoscope_client.async_client import AsyncMnemoscopeClient
from mnemoscope_client.client import MnemoscopeClient
from mnemoscope_client.errors import (
    AgentFrozenError,
    ApiError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    FieldError,
    HeldError,
    MnemoscopeError,
    NotFoundError,
    PayloadTooLargeError,
    PermissionDeniedError,
    Problem,
    RateLimitedError,
    ServerError,
    ServerUnavailableError,
    SignatureError,
    StaleVersionError,
    UnexpectedAnswerError,
    ValidationError,
)
from mnemoscope_client.requests.fields import UNSET, NewMemory
from mnemoscope_client.retry import RetryPolicy
from mnemoscope_client.version import VERSION
from mnemoscope_client.webhooks import WebhookMessage, WebhookVerificationError, verify_webhook

__version__ = VERSION

__all__ = [
    "UNSET",
    "AgentFrozenError",
    "ApiError",
    "AsyncMnemoscopeClient",
    "AuditEvent",
    "AuditLog",
    "AuthenticationError",
    "Checkpoint",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "DecidedReview",
    "DecidedReviews",
    "Decision",
    "Decisions",
    "ErasureCertificate",
    "EventProof",
    "FieldError",
    "Heartbeat",
    "HeldError",
    "Memory",
    "MemoryTouch",
    "MemoryVersion",
    "MnemoscopeClient",
    "MnemoscopeError",
    "NewMemory",
    "NotFoundError",
    "Outcome",
    "PayloadTooLargeError",
    "PermissionDeniedError",
    "Problem",
    "ProofState",
    "RateLimitedError",
    "Reason",
    "Recall",
    "RecallHit",
    "RetryPolicy",
    "Review",
    "Run",
    "ServerError",
    "ServerUnavailableError",
    "SignatureError",
    "Snapshot",
    "SnapshotItem",
    "Span",
    "StaleVersionError",
    "SubjectRequest",
    "UnexpectedAnswerError",
    "ValidationError",
    "WebhookMessage",
    "WebhookVerificationError",
    "WriteResult",
    "verify_webhook",
]
