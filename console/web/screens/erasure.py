"""How far an erasure has come, as the page of its request shows it and asks for it again."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from console.webhooks.models.delivery import IN_STATE
from memory.erasure.accepting import mentioned_in
from memory.erasure.notice import NOTICE, deliveries_of
from memory.erasure.saga import StepView, progress_of
from memory.models import RequestKind, RequestStatus, SubjectRequest


@dataclass(frozen=True, slots=True)
class Told:
    """How far webhooks have taken the news that the person is erased; agents poll for it."""

    agents: int
    delivered: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class ErasureProgress:
    """While `standing` stays the same, nothing but the steps has changed on the page."""

    request_id: UUID
    steps: list[StepView]
    told: Told | None
    standing: str
    says: str

    @property
    def done(self) -> int:
        return sum(step.state == "done" for step in self.steps)

    @property
    def goes_on(self) -> bool:
        return self.done < len(self.steps)


def erasure_progress(asked: SubjectRequest) -> ErasureProgress | None:
    """None of what is no erasure, or has not begun."""
    if asked.kind != RequestKind.ERASURE or asked.started_at is None:
        return None
    steps = progress_of(asked)
    left = mentioned_in(asked) is not None
    return ErasureProgress(
        request_id=asked.id,
        steps=steps,
        told=_told(asked, steps),
        standing=f"{asked.status}-{int(bool(asked.waiting_for))}-{int(left)}",
        says=_says(asked, steps, left=left),
    )


def _says(asked: SubjectRequest, steps: list[StepView], *, left: bool) -> str:
    """In a sentence, for whoever does not see it move."""
    if asked.status == RequestStatus.COMPLETED:
        return "The erasure is carried out, and its certificate is signed."
    if asked.waiting_for:
        return f"It waits: {asked.waiting_for}"
    if left:
        return "It waits for somebody to look at what is left."
    done = sum(step.state == "done" for step in steps)
    at = next((step.label for step in steps if step.state != "done"), "")
    return f"{done} of {len(steps)} steps are done. Now: {at}."


def _told(asked: SubjectRequest, steps: list[StepView]) -> Told | None:
    notice = next((one for one in steps if one.name == NOTICE and one.state == "done"), None)
    if notice is None:
        return None
    counted = deliveries_of(asked).aggregate(
        **{state.value: Count("id", filter=condition) for state, condition in IN_STATE.items()}
    )
    return Told(agents=notice.counts.get("agents", 0), **counted)
