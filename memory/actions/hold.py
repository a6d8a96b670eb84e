from datetime import datetime, timedelta
from typing import Any

from audit.models import AuditEvent, Run
from audit.trail import Changes, audited, note
from console.accounts.actor import Actor
from console.accounts.models import Agent
from console.accounts.permissions import Permission
from console.keys.subjects import subjects_named
from console.platform.clock import now
from console.platform.errors import InvalidInputError, NotPermittedError, WrongStateError
from memory.models import HeldRun, HoldScope, LegalHold, Memory

MOST_PEOPLE = 2
MOST_REMINDED = 500
REMINDED_EVERY = timedelta(days=30)


@audited("hold.placed")
def place_hold(
    *,
    actor: Actor,
    ground: str,
    memory: Memory | None = None,
    subject: str = "",
    run: Run | None = None,
    agent: Agent | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    review_at: datetime | None = None,
    release_people: int = 1,
) -> LegalHold:
    """From now on nothing within the scope ends or is removed. Name one: a period by `since`.

    A subject nobody has written about yet can be held as well. With two `release_people` one asks
    for the release and another gives it. Raises InvalidInputError.
    """
    actor.require(Permission.HOLD_MANAGE)
    scope = _scope(memory, subject or None, run, agent, since)
    if not ground.strip():
        raise InvalidInputError.on("ground", "blank", "Say on what ground it is held.")
    if until is not None and (since is None or until <= since):
        raise InvalidInputError.on("until", "before_since", "A period ends after it begins.")
    if review_at is not None and review_at <= now():
        raise InvalidInputError.on("review_at", "in_the_past", "review_at lies in the past.")
    if not 1 <= release_people <= MOST_PEOPLE:
        raise InvalidInputError.on("release_people", "out_of_range", "One person, or two.")
    about = subjects_named([subject])[subject] if subject else None
    hold = LegalHold.objects.create(
        scope=scope,
        memory_id=memory.id if memory else None,
        subject_id=about.id if about else None,
        run_id=run.id if run else None,
        agent_id=agent.id if agent else None,
        agent_name=agent.name if agent else "",
        since=since,
        until=until,
        ground=ground,
        review_at=review_at,
        release_people=release_people,
        placed_by_kind=actor.kind,
        placed_by_id=actor.id,
        placed_by_label=actor.label[:200],
    )
    if run is not None:
        HeldRun.objects.create(hold_id=hold.id, run_id=run.id)
    review = review_at.isoformat() if review_at else None
    note(**_named(hold), review_at=review, release_people=release_people)
    return hold


@audited("hold.released")
def release_hold(*, actor: Actor, hold: LegalHold, reason: str) -> LegalHold:
    """Ends one hold; another over the same stands on. Raises WrongStateError.

    Of one that needs two people, the first asks (`hold.release_asked`), and it stands on. Raises
    NotPermittedError where the same person would do both.
    """
    actor.require(Permission.HOLD_MANAGE)
    if not reason.strip():
        raise InvalidInputError.on("reason", "blank", "Say why it is released.")
    note(**_named(hold))
    if hold.release_people > 1 and hold.release_asked_at is None:
        note(kind="hold.release_asked")
        _change(
            hold,
            release_asked_at=now(),
            release_asked_by_id=actor.id,
            release_asked_by_label=actor.label[:200],
            release_reason=reason,
        )
    else:
        if hold.release_asked_by_id == actor.id:
            raise NotPermittedError("Another person must agree to this release.")
        _change(
            hold,
            released_at=now(),
            released_by_kind=actor.kind,
            released_by_id=actor.id,
            released_by_label=actor.label[:200],
            release_reason=reason,
        )
    return LegalHold.objects.get(id=hold.id)


@audited("hold.review_due")
def remind_of_holds(*, actor: Actor) -> Changes[LegalHold]:
    """Those that came to their review date, each told of once and again after 30 days."""
    actor.require(Permission.HOLD_MANAGE)
    reminded: Changes[LegalHold] = Changes()
    due = LegalHold.objects.filter(released_at__isnull=True, review_at__lte=now()).order_by("id")
    ids = list(due.values_list("id", flat=True)[:MOST_REMINDED])
    told = AuditEvent.objects.filter(
        object_id__in=ids, kind="hold.review_due", recorded_at__gt=now() - REMINDED_EVERY
    )
    for hold in due.filter(id__in=ids).exclude(id__in=told.values("object_id")):
        reminded.add(hold, {"review_at": hold.review_at.isoformat() if hold.review_at else None})
    return reminded


def _change(hold: LegalHold, **columns: Any) -> None:
    """Of two at once, one is told that it came too late."""
    as_seen = LegalHold.objects.filter(
        id=hold.id, released_at__isnull=True, release_asked_at=hold.release_asked_at
    )
    if not as_seen.update(**columns):
        raise WrongStateError("This hold is released already, or somebody just asked for it.")


def _scope(*named: object | None) -> HoldScope:
    """That of the only one that is not None, in the order of the scopes."""
    scopes = [scope for scope, one in zip(HoldScope, named, strict=True) if one is not None]
    if len(scopes) != 1:
        detail = "Name one: a memory, a subject, a run, an agent, or a period."
        raise InvalidInputError.on("scope", "one_scope", detail)
    return scopes[0]


def _named(hold: LegalHold) -> dict[str, str]:
    """Ids and times of what it is over; those that are none are left out."""
    named: dict[str, object] = {
        "memory_id": hold.memory_id,
        "subject_id": hold.subject_id,
        "run_id": hold.run_id,
        "agent_id": hold.agent_id,
    }
    period = {"since": hold.since, "until": hold.until}
    return (
        {"scope": hold.scope}
        | {name: str(value) for name, value in named.items() if value is not None}
        | {name: value.isoformat() for name, value in period.items() if value is not None}
    )
