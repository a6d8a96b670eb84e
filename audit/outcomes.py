"""How runs went: which run a report is about, and what stands of several reports."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from audit.ingest.run_key import RunKey
from audit.models import Run, RunOutcome, StitchedBy, Trace
from console.accounts.actor import ActorKind
from console.tenancy.scope import current_tenant_id


@dataclass(frozen=True, slots=True)
class RunName:
    """A run, by its own id or by the trace that an agent knows it by."""

    run_id: UUID
    trace_id: bytes | None = None


def run_of_conversation(conversation: str) -> RunName:
    """Known before its first span arrives: the id is made of the conversation's."""
    key = RunKey(StitchedBy.CONVERSATION, conversation)
    return RunName(key.run_id(current_tenant_id()))


def run_of_session(session: str) -> RunName:
    return RunName(RunKey(StitchedBy.SESSION, session).run_id(current_tenant_id()))


def run_of_trace(trace_id: bytes) -> RunName:
    trace = Trace.objects.filter(trace_id=trace_id).first()
    if trace is not None:
        return RunName(trace.run_id, trace_id)
    key = RunKey(StitchedBy.TRACE, trace_id.hex())
    return RunName(key.run_id(current_tenant_id()), trace_id)


def outcomes_of(run: Run) -> QuerySet[RunOutcome]:
    """Every report, the one that stands first: a person's before an agent's, then the latest."""
    traces = Trace.objects.filter(run_id=run.id).values("trace_id")
    by_people = Case(
        When(reported_by_kind=ActorKind.USER, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    told = Q(trace_id__isnull=True, run_id=run.id) | Q(trace_id__in=traces)
    return RunOutcome.objects.filter(told).order_by(by_people, "-id")
