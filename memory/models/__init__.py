from memory.models.desk_setting import DeskSetting
from memory.models.digest_subscription import DigestSubscription
from memory.models.erasure_step import ErasureCertificate, ErasureStep
from memory.models.fingerprint import MemoryFingerprint
from memory.models.handover import Handover
from memory.models.held_run import HeldRun
from memory.models.hold import HoldScope, LegalHold
from memory.models.identity_code import IdentityCode
from memory.models.isolation_probe import IsolationProbe
from memory.models.legal_basis import Basis, LegalBasis
from memory.models.lifecycle_setting import LifecycleSetting
from memory.models.memory import HELD_STATES, Kind, Memory, State, Tier, Visibility
from memory.models.policy import SHIPPED, PolicyActivation, PolicyVersion
from memory.models.recall_index import RecallIndex
from memory.models.recall_setting import RecallSetting
from memory.models.retention import ReportKind, RetentionReport, RetentionRuleSet
from memory.models.review import (
    ABOUT_IN_FORCE,
    DecisionEffect,
    DecisionOutcome,
    ReviewDecision,
    ReviewItem,
    ReviewKind,
    ReviewStatus,
)
from memory.models.review_look import ReviewLook
from memory.models.review_queue import ReviewQueue
from memory.models.review_skip import ReviewSkip
from memory.models.saved_view import Listing, SavedView
from memory.models.screening_run import ScreeningRun
from memory.models.second_opinion import VERDICT_OF, GoldItem, Purpose, SecondOpinion, Verdict
from memory.models.snapshot import Snapshot, SnapshotItem
from memory.models.subject_name import SubjectName
from memory.models.subject_request import (
    OPEN_REQUESTS,
    CameBy,
    Ground,
    Law,
    RequestKind,
    RequestStatus,
    SubjectRequest,
)
from memory.models.subject_restriction import SubjectRestriction
from memory.models.transition import MemoryTransition
from memory.models.version import MemoryVersion, NotOpenedError, Said, SealedContent
from memory.models.write_signature import WriteSignature

__all__ = [
    "ABOUT_IN_FORCE",
    "HELD_STATES",
    "OPEN_REQUESTS",
    "SHIPPED",
    "VERDICT_OF",
    "Basis",
    "CameBy",
    "DecisionEffect",
    "DecisionOutcome",
    "DeskSetting",
    "DigestSubscription",
    "ErasureCertificate",
    "ErasureStep",
    "GoldItem",
    "Ground",
    "Handover",
    "HeldRun",
    "HoldScope",
    "IdentityCode",
    "IsolationProbe",
    "Kind",
    "Law",
    "LegalBasis",
    "LegalHold",
    "LifecycleSetting",
    "Listing",
    "Memory",
    "MemoryFingerprint",
    "MemoryTransition",
    "MemoryVersion",
    "NotOpenedError",
    "PolicyActivation",
    "PolicyVersion",
    "Purpose",
    "RecallIndex",
    "RecallSetting",
    "ReportKind",
    "RequestKind",
    "RequestStatus",
    "RetentionReport",
    "RetentionRuleSet",
    "ReviewDecision",
    "ReviewItem",
    "ReviewKind",
    "ReviewLook",
    "ReviewQueue",
    "ReviewSkip",
    "ReviewStatus",
    "Said",
    "SavedView",
    "ScreeningRun",
    "SealedContent",
    "SecondOpinion",
    "Snapshot",
    "SnapshotItem",
    "State",
    "SubjectName",
    "SubjectRequest",
    "SubjectRestriction",
    "Tier",
    "Verdict",
    "Visibility",
    "WriteSignature",
]
