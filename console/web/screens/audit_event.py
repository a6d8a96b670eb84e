"""One event whole: who, what, why, by which request, what belongs to it, and what proves it."""

from dataclasses import dataclass
from uuid import UUID

from audit.export.proof import Proof, base64, proof_of
from audit.kinds import KINDS
from audit.models import Anchor, AuditEvent, Trace
from audit.proof.states import ProofState, states_of
from console.web.screens.audit import Sentence, sentence
from console.web.text import pretty

MOST_ANCHORS = 100


@dataclass(frozen=True, slots=True)
class EventScreen:
    """`run_id` is that of the trace the request came in, where its spans are known.

    `anchors` are the first of each sink that cover the event.
    """

    event: AuditEvent
    sentence: Sentence
    meaning: str
    payload: str
    run_id: UUID | None
    state: ProofState
    proof: Proof
    leaf: str
    path: list[str]
    anchors: list[Anchor]


def event_screen(event: AuditEvent) -> EventScreen:
    trace = None
    if event.trace_id is not None:
        trace = Trace.objects.filter(trace_id=bytes(event.trace_id)).first()
    state, proof = states_of([event.id])[event.id], proof_of(event)
    inclusion = proof.inclusion
    return EventScreen(
        event=event,
        sentence=sentence(event),
        meaning=KINDS.get(event.kind, ""),
        payload=pretty(event.payload) if event.payload else "",
        run_id=trace.run_id if trace else None,
        state=state,
        proof=proof,
        leaf=base64(inclusion.leaf_hash) if inclusion else "",
        path=[base64(one) for one in inclusion.hashes] if inclusion else [],
        anchors=_anchors(state),
    )


def _anchors(state: ProofState) -> list[Anchor]:
    if state.checkpoint is None:
        return []
    later = Anchor.objects.filter(checkpoint__gte=state.checkpoint).order_by("checkpoint", "id")
    first: dict[UUID, Anchor] = {}
    for anchor in later[:MOST_ANCHORS]:
        first.setdefault(anchor.stream_id, anchor)
    return list(first.values())
