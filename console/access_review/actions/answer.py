from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from audit.actions import delete_stream
from audit.models import AuditStream
from audit.trail import Changes, append, audited, note
from console.access_review.grants import Grant, grants_of
from console.access_review.models import AccessReview, Answer, GrantKind, Line, Verdict
from console.access_review.seen import digest_of
from console.accounts.actor import Actor, ActorKind
from console.accounts.models import ApiKey, Membership
from console.accounts.permissions import Permission
from console.administration import remove_member, revoke_key, revoke_signing_key
from console.keys.models import SigningKey
from console.platform.clock import now
from console.platform.errors import ConflictError, NotFoundError, NotPermittedError, WrongStateError
from console.webhooks.actions import delete_webhook
from console.webhooks.models import WebhookEndpoint


class OwnGrantError(NotPermittedError):
    code = "own_grant"
    title = "Nobody attests what they were granted themselves: ask another owner or an auditor"


class ChangedGrantError(ConflictError):
    code = "changed_grant"
    title = "The grant changed while you looked: look again"


@audited("access_review.attested")
def attest_lines(
    *, actor: Actor, review: AccessReview, seen: Mapping[UUID, str]
) -> Changes[Answer]:
    """`seen`: by line, the digest of what the person saw of the grant.

    A grant that has gone is recorded as gone. Raises OwnGrantError and ChangedGrantError, and then
    attests nothing.
    """
    actor.require(Permission.ACCESS_ATTEST)
    _a_person(actor)
    _lock(review)
    lines = _open_lines(review, seen)
    now_granted = _standing(lines)
    answers: Changes[Answer] = Changes()
    for line in lines:
        if actor.id in line.holders:
            raise OwnGrantError
        grant = now_granted.get(line.id)
        if grant is not None and digest_of(grant.seen) != seen[line.id]:
            raise ChangedGrantError
        verdict = Verdict.ATTESTED if grant else Verdict.GONE
        answer = _answer(actor, line, verdict, grant.seen if grant else {})
        answers.add(answer, {"review_id": str(review.id), "verdict": str(verdict), **_of(line)})
    _close_if_done(actor, review)
    return answers


@audited("access_review.revoked")
def revoke_line(*, actor: Actor, review: AccessReview, line: Line, comment: str = "") -> Answer:
    """Takes the grant back by the action that every other door uses, and records why."""
    actor.require(Permission.MEMBERS_MANAGE)
    _a_person(actor)
    _lock(review)
    [line] = _open_lines(review, {line.id: ""})
    grant = _standing([line]).get(line.id)
    if grant is not None:
        _take_back(actor, line)
    verdict = Verdict.REVOKED if grant else Verdict.GONE
    answer = _answer(actor, line, verdict, grant.seen if grant else {}, comment)
    note(review_id=str(review.id), verdict=str(verdict), **_of(line))
    _close_if_done(actor, review)
    return answer


def _take_back(actor: Actor, line: Line) -> None:
    match GrantKind(line.kind):
        case GrantKind.MEMBER:
            member = Membership.objects.get(id=line.grant_id)
            remove_member(actor=actor, membership=member)
        case GrantKind.AGENT_KEY | GrantKind.PERSONAL_KEY:
            revoke_key(actor=actor, key=ApiKey.objects.get(id=line.grant_id))
        case GrantKind.SIGNING_KEY:
            revoke_signing_key(actor=actor, key=SigningKey.objects.get(id=line.grant_id))
        case GrantKind.WEBHOOK:
            delete_webhook(actor=actor, endpoint=WebhookEndpoint.objects.get(id=line.grant_id))
        case GrantKind.STREAM:
            delete_stream(actor=actor, stream=AuditStream.objects.get(id=line.grant_id))


def _a_person(actor: Actor) -> None:
    if actor.kind is not ActorKind.USER or actor.api_key_id is not None:
        raise NotPermittedError("A person answers for access themselves, signed in.")


def _lock(review: AccessReview) -> None:
    """Two who answer at once must not both think that another line is still open."""
    held = AccessReview.objects.select_for_update().get(id=review.id)
    if not held.is_open:
        raise WrongStateError("This review is closed.")


def _open_lines(review: AccessReview, wanted: Mapping[UUID, Any]) -> list[Line]:
    lines = list(Line.objects.filter(review_id=review.id, id__in=list(wanted)).order_by("id"))
    if len(lines) != len(wanted) or not lines:
        raise NotFoundError(noun="line")
    if Answer.objects.filter(line_id__in=list(wanted)).exists():
        raise WrongStateError("Somebody has answered this line already.")
    return lines


def _standing(lines: list[Line]) -> dict[UUID, Grant]:
    """What stands of these grants now, by line."""
    by_kind: dict[str, dict[UUID, UUID]] = defaultdict(dict)
    for line in lines:
        by_kind[line.kind][line.grant_id] = line.id
    return {
        ids[grant.id]: grant
        for kind, ids in by_kind.items()
        for grant in grants_of(GrantKind(kind), ids=list(ids))
    }


def _answer(
    actor: Actor, line: Line, verdict: Verdict, seen: dict[str, Any], comment: str = ""
) -> Answer:
    return Answer.objects.create(
        line_id=line.id,
        verdict=verdict,
        seen=seen,
        answered_by_id=actor.id,
        answered_by_label=actor.label[:200],
        comment=comment[:500],
    )


def _of(line: Line) -> dict[str, str]:
    return {"grant": str(line.kind), "grant_id": str(line.grant_id)}


def _close_if_done(actor: Actor, review: AccessReview) -> None:
    if Line.objects.filter(review_id=review.id, answers__isnull=True).exists():
        return
    close = AccessReview.objects.filter(id=review.id, closed_at__isnull=True)
    if close.update(closed_at=now()):
        append(
            kind="access_review.closed",
            actor=actor,
            object_kind=review.audit_kind,
            object_id=review.id,
        )
