"""Carrying an erasure out: step after step, each batch a transaction of its own with its event.

Where it stands is told by its receipts (`ErasureStep`), so whoever is killed at any moment leaves
at most one batch undone, and the next to come goes on from there. Of two at once one waits for the
other at the request's row. A legal hold stops it, and it goes on once that is released.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import psycopg
import structlog
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.trail import append, audited, note
from console.accounts.actor import Actor, system_actor
from console.accounts.models import Subject
from console.platform.clock import now
from console.platform.crypto.envelope import SealBrokenError
from console.platform.errors import DomainError, LegalHoldError
from console.tenancy.scope import current_tenant_id, tenant_scope
from memory.desk import begin_request, wait_for
from memory.erasure.physical import SpaceError
from memory.erasure.residue import ResidueError
from memory.erasure.steps import STEPS, Step
from memory.erasure.work import Done, LostWordsError, Work, work_on
from memory.holds import refuse_held_subject
from memory.models import ErasureStep, RequestKind, RequestStatus, SubjectRequest

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
SWEPT_WITHIN = timedelta(days=7)
# Of a trigger that a hold stands behind (memory.migrations, holds).
HELD = "legal hold"
FAILURES = (
    DatabaseError,
    DomainError,
    LostWordsError,
    OSError,
    psycopg.Error,
    ResidueError,
    SealBrokenError,
    SpaceError,
)

log = structlog.get_logger(__name__)


def advance(request_id: UUID, *, tenant_id: UUID | None = None) -> bool:
    """Does the next batch of an approved erasure; whether to call again at once.

    Outside of any transaction, or space is not cleared. Never raises what a person or time may
    mend: the receipt, or the request itself, then says what is the matter.
    """
    tenant_id = tenant_id or current_tenant_id()
    try:
        return _advance(tenant_id, request_id)
    except LegalHoldError as error:
        _wait(tenant_id, request_id, error.detail)
    except FAILURES as error:
        if isinstance(error, IntegrityError) and HELD in str(error):
            _wait(tenant_id, request_id, "A legal hold stands on some of it.")
        else:
            _fail(tenant_id, request_id, error)
    return False


def _advance(tenant_id: UUID, request_id: UUID) -> bool:
    actor = system_actor(tenant_id, "erasure")
    with tenant_scope(tenant_id), transaction.atomic():
        found = _next(request_id, actor)
        if found is None:
            return False
        step, work = found
        if not step.outside:
            go_on(actor=actor, work=work, done=step.run(work))
            return True
        if not work.receipt.counts:
            go_on(actor=actor, work=work, done=Done({"begun": 1}, more=True))
    with _alone(request_id) as alone:
        if alone:
            done = step.run(work)
            with tenant_scope(tenant_id):
                go_on(actor=actor, work=work, done=done)
    return alone


def under_way() -> QuerySet[SubjectRequest, UUID]:
    """Erasures with something left to do: approved and due, begun, or not yet certified."""
    moment = now()
    due = Q(status=RequestStatus.APPROVED, carry_out_after__lte=moment)
    begun = Q(status=RequestStatus.CARRYING_OUT)
    swept = ErasureStep.objects.filter(
        request_id=OuterRef("id"), name=STEPS[-1].name, finished_at__isnull=False
    )
    closed = Q(status=RequestStatus.COMPLETED, closed_at__gt=moment - SWEPT_WITHIN)
    unfinished = due | begun | (closed & ~Exists(swept))
    found = SubjectRequest.objects.filter(unfinished, kind=RequestKind.ERASURE)
    return found.order_by("id").values_list("id", flat=True)


def carry_out(*, actor: Actor, request: SubjectRequest) -> SubjectRequest:
    """Begins at once what would begin by itself. Raises LegalHoldError and WrongStateError."""
    for subject in Subject.objects.filter(id__in=request.subject_ids):
        refuse_held_subject(subject)
    request = begin_request(actor=actor, request=request)
    wake()
    return request


def wake() -> None:
    """Has somebody go on with the erasures of the tenant at hand, once this commits."""
    transaction.on_commit(partial(_wake, str(current_tenant_id())), robust=True)


def _wake(tenant_id: str) -> None:
    # The tasks know this.
    from memory.tasks import carry_out_requests_in  # noqa: PLC0415

    carry_out_requests_in.delay(tenant_id=tenant_id)


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as a page shows it: waiting, running, failed or done."""

    name: str
    label: str
    state: str
    counts: dict[str, int]
    finished_at: datetime | None = None
    error: str = ""
    retry_at: datetime | None = None


def progress_of(request: SubjectRequest) -> list[StepView]:
    """By one statement."""
    receipts = {one.name: one for one in ErasureStep.objects.filter(request_id=request.id)}
    return [_view(step, receipts.get(step.name)) for step in STEPS]


def _view(step: Step, receipt: ErasureStep | None) -> StepView:
    if receipt is None:
        return StepView(step.name, step.label, "waiting", {})
    state = "done" if receipt.finished_at else "failed" if receipt.error else "running"
    return StepView(
        step.name,
        step.label,
        state,
        receipt.counts,
        receipt.finished_at,
        receipt.error,
        receipt.retry_at if receipt.error else None,
    )


@audited("erasure.advanced")
def go_on(*, actor: Actor, work: Work, done: Done) -> SubjectRequest:  # noqa: ARG001 - the event is theirs
    """Writes down what one go at a step did."""
    receipt = work.receipt
    for name, count in done.counts.items():
        receipt.counts[name] = receipt.counts.get(name, 0) + count
    receipt.limits = sorted({*receipt.limits, *done.limits})
    receipt.error, receipt.retry_at = "", None
    receipt.finished_at = None if done.more else now()
    receipt.save(force_update=True)
    if work.request.waiting_for and work.request.is_open:
        SubjectRequest.objects.filter(id=work.request.id).update(waiting_for="")
    note(step=receipt.name, finished=not done.more, named=list(done.named), counts=done.counts)
    return work.request


@contextmanager
def _alone(request_id: UUID) -> Iterator[bool]:
    """Whether nobody else does what has no transaction to hold; ends with whoever has it."""
    name = f"erasure/{request_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        [alone] = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def _next(request_id: UUID, actor: Actor) -> tuple[Step, Work] | None:
    """The step to do, and all it needs, the request held; None where nothing is to be done now."""
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(id=request_id)
    if request.kind != RequestKind.ERASURE:
        return None
    if request.status == RequestStatus.APPROVED and request.may_start(now()):
        request = begin_request(actor=actor, request=request)
    if request.status not in {RequestStatus.CARRYING_OUT, RequestStatus.COMPLETED}:
        return None
    receipts = {one.name: one for one in ErasureStep.objects.filter(request_id=request.id)}
    for ordinal, step in enumerate(STEPS):
        receipt = receipts.get(step.name)
        if receipt is not None and receipt.finished_at is not None:
            continue
        if receipt is not None and receipt.retry_at is not None and receipt.retry_at > now():
            return None
        if receipt is None:
            receipt = ErasureStep.objects.create(
                request_id=request.id, name=step.name, ordinal=ordinal
            )
        return step, work_on(actor, request, receipt)
    return None


def _wait(tenant_id: UUID, request_id: UUID, what: str) -> None:
    with tenant_scope(tenant_id):
        request = SubjectRequest.objects.get(id=request_id)
        if request.waiting_for != what:
            actor = system_actor(tenant_id, "erasure")
            wait_for(actor=actor, request=request, what=what, code=LegalHoldError.code)


def _fail(tenant_id: UUID, request_id: UUID, error: Exception) -> None:
    """Notes on the step at hand that it failed, and when it is tried again. Never its words."""
    code = getattr(error, "code", None) or type(error).__name__
    log.warning("erasure.step_failed", request=str(request_id), error=code)
    with tenant_scope(tenant_id):
        request = SubjectRequest.objects.select_for_update(of=("self",)).get(id=request_id)
        receipts = {one.name: one for one in ErasureStep.objects.filter(request_id=request.id)}
        for ordinal, step in enumerate(STEPS):
            receipt = receipts.get(step.name) or ErasureStep(
                request_id=request.id, name=step.name, ordinal=ordinal
            )
            if receipt.finished_at is None:
                break
        else:
            return
        receipt.attempts += 1
        receipt.error = code[:60]
        receipt.retry_at = now() + min(FIRST_PAUSE * 2 ** min(receipt.attempts, 8), LONGEST_PAUSE)
        receipt.save()
        append(
            kind="erasure.failed",
            actor=system_actor(tenant_id, "erasure"),
            object_kind=request.audit_kind,
            object_id=request.id,
            payload={"step": receipt.name, "error": code, "attempts": receipt.attempts},
        )
