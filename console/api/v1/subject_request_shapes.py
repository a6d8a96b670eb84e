from typing import Any

from rest_framework import serializers

from console.api.fields import AnyValueField
from console.api.v1.answers import Author, Shape, as_json
from memory.models import CameBy, Ground, Law, RequestKind, RequestStatus, SubjectRequest

DOERS = ("taken_in", "identified", "approved", "closed")


class SubjectRequestAnswer(Shape):
    id = serializers.UUIDField()
    reference = serializers.CharField(help_text="What the person is told to name it by.")
    kind = serializers.ChoiceField(choices=RequestKind.choices)
    lifts = serializers.BooleanField(help_text="Of a restriction: asks that it end.")
    status = serializers.ChoiceField(choices=RequestStatus.choices)
    subject = serializers.CharField(
        allow_null=True, help_text="Null until somebody told whom it is about."
    )
    named = serializers.CharField(help_text="As the person, or who took it in, named them.")
    also_named = serializers.ListField(child=serializers.CharField())
    asked_by = serializers.CharField()
    contact = serializers.CharField(allow_null=True)
    wish = serializers.CharField(allow_null=True)
    came_by = serializers.ChoiceField(choices=CameBy.choices)
    law = serializers.ChoiceField(choices=Law.choices, help_text="By whose clock it is answered.")
    received_at = serializers.DateTimeField()
    confirm_by = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField()
    extended_at = serializers.DateTimeField(allow_null=True)
    extension_reason = serializers.CharField(allow_null=True)
    identity_check = serializers.CharField(allow_null=True)
    taken_in_by = Author()
    identified_at = serializers.DateTimeField(allow_null=True)
    identified_by = Author(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_by = Author(allow_null=True)
    carry_out_after = serializers.DateTimeField(
        allow_null=True, help_text="Until then it cools off, and can be stopped."
    )
    waiting_for = serializers.CharField(allow_null=True, help_text="Why it does not go on.")
    started_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = Author(allow_null=True)
    ground = serializers.ChoiceField(choices=Ground.choices, allow_null=True)
    close_reason = serializers.CharField(allow_null=True)
    duplicate_of = serializers.UUIDField(allow_null=True)
    outcome = AnyValueField(allow_null=True, help_text="What was done, in figures.")
    certificate = serializers.CharField(
        allow_null=True, help_text="Of an erasure carried out: the path of its signed certificate."
    )


def shown_request(request: SubjectRequest) -> dict[str, Any]:
    fields = set(SubjectRequestAnswer().fields)
    told = {name: getattr(request, name) for name in fields if hasattr(request, name)}
    nullable = ("contact", "wish", "extension_reason", "identity_check", "waiting_for", "ground")
    told |= {name: told[name] or None for name in (*nullable, "close_reason", "outcome")}
    told |= {f"{what}_by": _somebody(request, what) for what in DOERS}
    told["subject"] = request.subject.external_id if request.subject else None
    told["duplicate_of"] = request.duplicate_of_id
    told["certificate"] = _certificate(request)
    return as_json(SubjectRequestAnswer, told)


def _certificate(request: SubjectRequest) -> str | None:
    """An erasure is completed after its certificate was signed, so the request alone tells."""
    is_certified = request.kind == RequestKind.ERASURE and request.status == RequestStatus.COMPLETED
    return f"/api/v1/subject-requests/{request.id}/certificate" if is_certified else None


def _somebody(request: SubjectRequest, what: str) -> dict[str, Any] | None:
    kind, id_, label = (getattr(request, f"{what}_by_{name}") for name in ("kind", "id", "label"))
    return {"kind": kind, "id": id_, "label": label} if id_ else None
