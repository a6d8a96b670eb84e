"""How a request moves: locked, by the table, with who did it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from console.accounts.actor import Actor, ActorKind
from console.platform.clock import now
from console.platform.errors import ConflictError, WrongStateError
from memory.desk.statuses import PAIRS, starts_of
from memory.models import OPEN_REQUESTS, RequestStatus, SubjectRequest


def lock_request(request: SubjectRequest, expected: Iterable[str]) -> SubjectRequest:
    """As it is now, held until commit. Raises WrongStateError."""
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(id=request.id)
    if request.status not in set(expected):
        raise WrongStateError(f"This request is {request.get_status_display().lower()}.")
    return request


def lock_for(verb: str, request: SubjectRequest) -> SubjectRequest:
    """For a verb of the table. Raises WrongStateError."""
    return lock_request(request, starts_of(verb))


def move_request(
    request: SubjectRequest, status: RequestStatus, *, actor: Actor, **said: Any
) -> SubjectRequest:
    """Raises ConflictError where another of its kind about the same person is under way."""
    if (request.status, status) not in PAIRS:
        raise WrongStateError(f"This request is {request.get_status_display().lower()}.")
    request.status = status
    for name, value in said.items():
        setattr(request, name, value)
    if status not in OPEN_REQUESTS:
        request.closed_at = now()
        set_doer(request, "closed", actor)
    try:
        with transaction.atomic():
            request.save(force_update=True)
    except IntegrityError as error:
        if "one_request_of_a_kind_goes_ahead" not in str(error):
            raise
        raise ConflictError("Another such request about this person is under way.") from error
    return request


def set_doer(request: SubjectRequest, what: str, actor: Actor | None) -> None:
    setattr(request, f"{what}_by_kind", actor.kind if actor else "")
    setattr(request, f"{what}_by_id", actor.id if actor else None)
    setattr(request, f"{what}_by_label", actor.label[:200] if actor else "")


def hands_of(actor: Actor) -> set[UUID]:
    """The people behind an actor: themself, or who answers for an agent."""
    return set(actor.owner_ids) | ({actor.id} if actor.kind is ActorKind.USER else set())


def pass_through(request: SubjectRequest, actor: Actor) -> None:
    """From now on none of the people behind this actor may approve it."""
    request.prepared_by = sorted({*request.prepared_by, *hands_of(actor)})
