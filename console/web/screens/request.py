"""One request: where it stands, what comes next, who may do it, and why you cannot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.forms import Form

from audit.models import AuditEvent
from audit.sentences import OBJECT, said_of
from console.accounts.actor import Actor, ActorKind
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.forms.request import names_in
from console.web.request_deeds import DEEDS
from console.web.screens.certificate import STORE_LABELS, in_order
from console.web.screens.erasure import ErasureProgress, erasure_progress
from console.web.templatetags.screen import words
from memory.desk.access import subjects_of
from memory.desk.answering import may_extend_until
from memory.desk.approval import why_not_approve
from memory.desk.duplicates import possible_duplicates
from memory.desk.identity import is_on_record, newest_code
from memory.desk.letters import Letter, has_address, letter_of
from memory.desk.statuses import starts_of
from memory.erasure.accepting import mentioned_in
from memory.erasure.preview import StoreHolding, preview_of
from memory.holds import holds_over
from memory.models import (
    Handover,
    IdentityCode,
    LegalHold,
    Memory,
    RequestKind,
    RequestStatus,
    State,
    SubjectRequest,
)

MOST_EVENTS = 50
MOST_SHOWN = 10
MOST_MEMORIES = 25
_S = RequestStatus
UNSETTLED = {_S.RECEIVED, _S.AWAITING_IDENTITY}


@dataclass(frozen=True, slots=True)
class Station:
    """`state`: done, here, or ahead."""

    title: str
    state: str
    at: datetime | None = None
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    event: AuditEvent
    said: str


@dataclass(slots=True)
class RequestScreen:
    asked: SubjectRequest
    is_overdue: bool
    stations: list[Station]
    may: set[str]
    why_not_approve: str
    aliases: list[Subject]
    preview: list[StoreHolding]
    holds: Sequence[LegalHold]
    duplicates: Sequence[SubjectRequest]
    duplicate_of: SubjectRequest | None
    events: list[Event]
    code: IdentityCode | None
    handover: Handover | None
    letters: list[Letter]
    mails: bool
    on_record: bool
    memories: list[Memory]
    progress: ErasureProgress | None
    cools: bool
    forms: dict[str, Form] = field(default_factory=dict)

    @property
    def carry_out_form(self) -> Form | None:
        return self.forms.get("carry-out")

    @property
    def has_certificate(self) -> bool:
        """An erasure is completed after its certificate was signed."""
        return self.asked.kind == RequestKind.ERASURE and self.asked.status == _S.COMPLETED

    @property
    def outcome(self) -> list[tuple[str, str]]:
        """What was done, in the words and the order of the stores it was done to."""
        done = in_order(self.asked.outcome)
        return [(STORE_LABELS.get(name, words(name)), _told(value)) for name, value in done]

    @property
    def held(self) -> list[StoreHolding]:
        return [one for one in self.preview if one.count]

    @property
    def empty(self) -> list[StoreHolding]:
        return [one for one in self.preview if not one.count]


def request_screen(
    actor: Actor, asked: SubjectRequest, *, bound: dict[str, Form] | None = None
) -> RequestScreen:
    """`bound` are forms that did not hold, by their deed."""
    moment = now()
    about = asked.subject if asked.is_open else None
    may = _may(actor, asked, moment)
    others = subjects_of(asked)[1:]
    return RequestScreen(
        asked=asked,
        is_overdue=asked.is_overdue(moment),
        stations=_stations(asked, moment),
        may=may,
        why_not_approve=why_not_approve(actor, asked) if asked.status == _S.READY else "",
        aliases=others,
        preview=preview_of(about, asked.alias_ids, request_id=asked.id)
        if about and _has_preview(asked)
        else [],
        holds=_holds([about, *others]) if about else [],
        duplicates=list(possible_duplicates(asked).select_related("subject")[:MOST_SHOWN]),
        duplicate_of=SubjectRequest.objects.filter(id=asked.duplicate_of_id).first()
        if asked.duplicate_of_id
        else None,
        events=_events(asked) if actor.may(Permission.AUDIT_READ) else [],
        code=newest_code(asked) if asked.status == _S.AWAITING_IDENTITY else None,
        handover=Handover.objects.filter(request_id=asked.id).order_by("-id").first()
        if asked.kind == RequestKind.ACCESS
        else None,
        letters=_letters(asked),
        mails=settings.MAILS and has_address(asked),
        on_record=is_on_record(asked),
        memories=_memories(asked) if "rectify" in may else [],
        progress=erasure_progress(asked),
        cools=asked.status == _S.APPROVED and not asked.may_start(moment),
        forms={
            deed: DEEDS[deed].form(initial=_initial(deed, asked), auto_id=f"{deed}_%s")
            for deed in may & DEEDS.keys()
        }
        | (bound or {}),
    )


def _may(actor: Actor, asked: SubjectRequest, moment: datetime) -> set[str]:
    if not asked.is_open or not actor.may(Permission.ERASURE_MANAGE):
        return set()
    status = RequestStatus(asked.status)
    may = {
        deed
        for deed, verb in (("refuse", "refuse"), ("withdraw", "withdraw"), ("stop", "stop"))
        if status in starts_of(verb)
    }
    if status in starts_of("mark_duplicate"):
        may.add("duplicate")
    if asked.acknowledged_at is None:
        may.add("acknowledge")
    if asked.extended_at is None and moment <= may_extend_until(asked):
        may.add("extend")
    if status in UNSETTLED:
        may.add("name")
        if asked.subject_id:
            may |= {"code", "confirm"}
    if status == _S.AWAITING_IDENTITY and _code_works(asked, moment):
        may.add("enter")
    if status == _S.READY and not why_not_approve(actor, asked):
        may.add("approve")
    return may | _carrying(actor, asked, moment)


def _code_works(asked: SubjectRequest, moment: datetime) -> bool:
    code = newest_code(asked)
    return code is not None and code.works_at(moment)


def _carrying(actor: Actor, asked: SubjectRequest, moment: datetime) -> set[str]:
    goes = asked.may_start(moment) or asked.status == _S.CARRYING_OUT
    if not goes:
        return set()
    if asked.kind == RequestKind.ERASURE:
        if asked.status == _S.APPROVED:
            return {"carry-out"}
        return {"accept"} if mentioned_in(asked) else set()
    if asked.kind == RequestKind.ACCESS:
        return {"hand-over", "copy"} if actor.may(Permission.SUBJECT_EXPORT) else set()
    if asked.kind == RequestKind.RECTIFICATION:
        return {"rectify"} | ({"finish"} if asked.outcome.get("corrected") else set())
    return set()


def _stations(asked: SubjectRequest, moment: datetime) -> list[Station]:
    """Those it passed, the one it is at, and those ahead; a closed one ends where it ended."""
    done = [
        Station("Received", "done", asked.received_at, asked.taken_in_by_label),
    ]
    if asked.identified_at:
        done.append(Station("Who they are", "done", asked.identified_at, asked.identified_by_label))
    if asked.approved_at:
        done.append(Station("Approved", "done", asked.approved_at, asked.approved_by_label))
    if asked.started_at:
        done.append(Station("Begun", "done", asked.started_at))
    if not asked.is_open:
        title = {_S.COMPLETED: "Carried out"}.get(
            RequestStatus(asked.status), asked.get_status_display()
        )
        by = "" if asked.closed_by_kind == ActorKind.SYSTEM else asked.closed_by_label
        return [*done, Station(title, "done", asked.closed_at, by)]
    ahead = {
        _S.RECEIVED: ["Who they are", "A second person approves", "Carried out"],
        _S.AWAITING_IDENTITY: ["Who they are", "A second person approves", "Carried out"],
        _S.READY: ["A second person approves", "Carried out"],
        _S.APPROVED: ["Carried out"],
        _S.CARRYING_OUT: ["Carried out"],
    }[RequestStatus(asked.status)]
    cools = asked.status == _S.APPROVED and not asked.may_start(moment)
    if cools:
        ahead = ["Cools off", *ahead]
    first, *rest = ahead
    here = Station(first, "here", asked.carry_out_after if cools else None, note=asked.waiting_for)
    return [*done, here, *(Station(title, "ahead") for title in rest)]


def _told(done: Any) -> str:
    """A figure, how many of a list, or a word."""
    figure = len(done) if isinstance(done, list) else done
    return f"{figure:,}" if isinstance(figure, int) else str(figure)


def _has_preview(asked: SubjectRequest) -> bool:
    return asked.kind in {RequestKind.ERASURE, RequestKind.ACCESS}


def _holds(subjects: Sequence[Subject]) -> list[LegalHold]:
    return [hold for one in subjects for hold in holds_over(one)[:MOST_SHOWN]]


def _memories(asked: SubjectRequest) -> list[Memory]:
    active = Memory.objects.filter(subject_id__in=asked.subject_ids, state=State.ACTIVE)
    return list(active.order_by("-id")[:MOST_MEMORIES])


def _events(asked: SubjectRequest) -> list[Event]:
    """Each batch of an erasure is one too; how far it has come tells that in fewer words."""
    found = AuditEvent.objects.filter(object_id=asked.id).exclude(kind="erasure.advanced")
    events = found.order_by("-id")[:MOST_EVENTS]
    return [Event(one, said_of(one.kind).replace(OBJECT, "it")) for one in events]


def _letters(asked: SubjectRequest) -> list[Letter]:
    """What the person should have been told by now, for whoever tells them by hand."""
    is_untold = asked.acknowledged_at is None and asked.is_open
    occasions = ["acknowledged"] if is_untold and not asked.is_overdue(now()) else []
    if asked.extended_at and asked.is_open:
        occasions.append("extended")
    if asked.status == _S.REFUSED:
        occasions.append("refused")
    if asked.status == _S.COMPLETED:
        occasions.append("completed")
    return [letter_of(asked, occasion) for occasion in occasions]


def _initial(deed: str, asked: SubjectRequest) -> dict[str, Any]:
    if deed == "name":
        named = asked.subject.external_id if asked.subject else asked.named
        return {"subject": named, "aliases": "\n".join(names_in("\n".join(asked.also_named)))}
    if deed == "confirm":
        return {"identity_check": asked.identity_check}
    return {}
