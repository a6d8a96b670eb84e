"""An event as the Open Cybersecurity Schema Framework has it, version 1.6.0 (schema.ocsf.io/1.6.0).

Signing in is an Authentication, what is done to members an Account Change, what is set up and
governed an Entity Management, and all that is done with memories and traces an API Activity: so is
every kind that is in no table here, so that a new one needs none. What OCSF has no attribute for
is `unmapped`.
"""

from dataclasses import dataclass
from typing import Any

from audit.models import AuditEvent, Outcome
from audit.sentences import noun_of, sentence_of
from console.accounts.actor import ActorKind

VERSION = "1.6.0"
PRODUCT = {"name": "Mnemoscope", "vendor_name": "Mnemoscope"}
OTHER = 99

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventClass:
    uid: int
    name: str
    category_uid: int
    category: str
    activities: dict[int, str]


_CRUD = {1: "Create", 2: "Read", 3: "Update", 4: "Delete"}
_IAM = (3, "Identity & Access Management")
ACCOUNT_CHANGE = EventClass(
    3001, "Account Change", *_IAM, {1: "Create", 6: "Delete", 11: "MFA Factor Disable"}
)
AUTHENTICATION = EventClass(3002, "Authentication", *_IAM, {1: "Logon"})
ENTITY_MANAGEMENT = EventClass(
    3004, "Entity Management", *_IAM, _CRUD | {10: "Activate", 12: "Suspend", 13: "Resume"}
)
API_ACTIVITY = EventClass(6003, "API Activity", 6, "Application Activity", _CRUD)

# What the first part of a kind names.
CLASSES = {
    "session": AUTHENTICATION,
    "member": ACCOUNT_CHANGE,
    **dict.fromkeys(
        (
            "access_review",
            "agent",
            "api_key",
            "desk",
            "digest",
            "gold_item",
            "hold",
            "key",
            "lifecycle",
            "policy",
            "queue",
            "signing_key",
            "snapshot",
            "stream",
            "subject_request",
            "tenant",
            "view",
            "webhook",
        ),
        ENTITY_MANAGEMENT,
    ),
}
# Kinds that are of another class than their noun's.
KINDS = {
    "recall.weights_set": ENTITY_MANAGEMENT,
    "snapshot.recalled": API_ACTIVITY,
    "traces.retention_set": ENTITY_MANAGEMENT,
    "traces.rules_set": ENTITY_MANAGEMENT,
}
# By the last word of a kind; what is in none of them is an update.
CREATE, READ, UPDATE, DELETE = 1, 2, 3, 4
VERBS = {
    **dict.fromkeys(
        ("created", "written", "opened", "registered", "made", "placed", "received", "begun"),
        CREATE,
    ),
    **dict.fromkeys(("started", "asked", "given", "subscribed", "saved"), CREATE),
    **dict.fromkeys(("recalled", "revealed", "exported", "tried", "verified", "tested"), READ),
    **dict.fromkeys(("deleted", "destroyed", "erased", "forgotten", "retired", "removed"), DELETE),
    **dict.fromkeys(("pruned", "unsubscribed", "revoked", "withdrawn", "released"), DELETE),
    "activated": 10,
    "frozen": 12,
    "thawed": 13,
}
OF_MEMBERS = {
    "member.added": 1,
    "member.invited": 1,
    "member.removed": 6,
    "member.second_factor_reset": 11,
}
USER_TYPES = {ActorKind.USER: (1, "User"), ActorKind.AGENT: (4, "Service")}
SYSTEM = (3, "System")
POLICY_TYPE = 5
INFORMATIONAL, LOW, CRITICAL = (1, "Informational"), (2, "Low"), (5, "Critical")


def ocsf_of(event: AuditEvent) -> Json:
    of = KINDS.get(event.kind) or CLASSES.get(event.kind.partition(".")[0], API_ACTIVITY)
    activity = activity_of(event.kind, of)
    refused = event.outcome == Outcome.REFUSED
    severity_id, severity = LOW if refused else INFORMATIONAL
    if event.kind == "tenant.leaked":
        severity_id, severity = CRITICAL
    at = event.recorded_at
    told: Json = {
        "activity_id": activity,
        "activity_name": of.activities.get(activity, event.kind.partition(".")[2]),
        "category_uid": of.category_uid,
        "category_name": of.category,
        "class_uid": of.uid,
        "class_name": of.name,
        "type_uid": of.uid * 100 + activity,
        "type_name": f"{of.name}: {of.activities.get(activity, 'Other')}",
        "time": int(at.timestamp() * 1000),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 2 if refused else 1,
        "status": "Failure" if refused else "Success",
        "message": sentence_of(event.kind, event.actor_label, event.object_kind),
        "metadata": {
            "version": VERSION,
            "product": PRODUCT,
            "uid": str(event.id),
            "event_code": event.kind,
            "correlation_uid": str(event.request_id),
            "tenant_uid": str(event.tenant_id),
            "original_time": at.isoformat(timespec="microseconds"),
            "log_name": "audit",
        },
        "actor": {"user": _user(event)},
        "unmapped": _unmapped(event),
        **_of_class(event, of),
    }
    if event.reason:
        told["status_code"] = event.reason
    if event.note:
        told["status_detail"] = event.note
    return told


def activity_of(kind: str, of: EventClass) -> int:
    """OTHER where the class has no such activity."""
    if of is AUTHENTICATION:
        return 1 if kind == "session.started" else OTHER
    if of is ACCOUNT_CHANGE:
        return OF_MEMBERS.get(kind, OTHER)
    activity = VERBS.get(kind.rpartition(".")[2].rpartition("_")[2], UPDATE)
    return activity if activity in of.activities else UPDATE


def _of_class(event: AuditEvent, of: EventClass) -> Json:
    """What the class requires besides."""
    if of is AUTHENTICATION:
        return {"user": _user(event), "service": {"name": PRODUCT["name"]}}
    if of is ACCOUNT_CHANGE:
        user_id = event.payload.get("user_id") or event.object_id or event.actor_id
        return {"user": {"uid": str(user_id)}}
    thing = {"type": noun_of(event.object_kind or event.kind.partition(".")[0])}
    if event.object_id is not None:
        thing["uid"] = str(event.object_id)
    if of is ENTITY_MANAGEMENT:
        type_id = POLICY_TYPE if event.object_kind == "policy" else OTHER
        return {"entity": {**thing, "name": thing["type"], "type_id": type_id}}
    return {
        "api": {"operation": event.kind, "request": {"uid": str(event.request_id)}},
        # Where a request came from is not on record: an address is personal data.
        "src_endpoint": {"name": _door(event)},
        **({"resources": [thing]} if event.object_id is not None else {}),
    }


def _door(event: AuditEvent) -> str:
    if event.api_key_id is not None:
        return "api"
    return "console" if event.actor_kind == ActorKind.USER else "mnemoscope"


def _user(event: AuditEvent) -> Json:
    type_id, called = USER_TYPES.get(ActorKind(event.actor_kind), SYSTEM)
    user: Json = {"uid": str(event.actor_id), "type_id": type_id, "type": called}
    if event.actor_label:
        user["name"] = event.actor_label
    if event.api_key_id is not None:
        user["credential_uid"] = str(event.api_key_id)
    return user


def _unmapped(event: AuditEvent) -> Json:
    unmapped: Json = {"payload": event.payload, "words_digest": bytes(event.words_digest).hex()}
    if event.trace_id is not None:
        unmapped["trace_id"] = bytes(event.trace_id).hex()
    if event.span_id is not None:
        unmapped["span_id"] = bytes(event.span_id).hex()
    return unmapped
