"""Knowing that it is them, and whom it is about.

By a code of eight digits that reaches only them, or by what somebody at the desk compared. A code
is worth something only where it goes to an address that was on record before they asked: what a
stranger typed into the form proves that they read what they typed.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError
from console.platform.ids import uuid7
from memory.desk.moving import lock_for, lock_request, move_request, pass_through, set_doer
from memory.models import IdentityCode, RequestStatus, SubjectRequest
from memory.models.identity_code import LIFETIME

DIGITS = 8
MOST_CODES = 5
UNSETTLED = (RequestStatus.RECEIVED, RequestStatus.AWAITING_IDENTITY)
BY_CODE = "A one-time code, sent to the address on record."
BY_SHOWN_CODE = "A one-time code, which whoever made it sent them."


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code and its text, which is mailed or shown once."""

    request: SubjectRequest
    text: str = field(repr=False)

    audit_kind = "subject_request"

    @property
    def id(self) -> UUID:
        return self.request.id


@audited("subject_request.named")
def name_person(
    *, actor: Actor, request: SubjectRequest, subject: Subject, aliases: Sequence[Subject] = ()
) -> SubjectRequest:
    """Says whom it is about, and who else is the same person. Raises WrongStateError."""
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_request(request, UNSETTLED)
    request.subject_id = subject.id
    request.alias_ids = sorted({alias.id for alias in aliases} - {subject.id})
    pass_through(request, actor)
    # A code was sent to whoever it was about before.
    _end_codes(request)
    request.save(force_update=True)
    note(subject_id=str(subject.id), aliases=[str(id_) for id_ in request.alias_ids])
    return request


@audited("subject_request.identified")
def confirm_identity(*, actor: Actor, request: SubjectRequest, how: str) -> SubjectRequest:
    """Somebody at the desk knows that it is them. Raises InvalidInputError, WrongStateError."""
    actor.require(Permission.ERASURE_MANAGE)
    if not how.strip():
        raise InvalidInputError.on("identity_check", "blank", "Say how you know that it is them.")
    request = lock_for("confirm_identity", request)
    _refuse_nobody(request)
    note(subject_id=str(request.subject_id), by="desk")
    return _identified(request, actor, how)


@audited("subject_request.code_made")
def ask_identity(*, actor: Actor, request: SubjectRequest, by_mail: bool) -> IssuedCode:
    """A new code, in place of any before it. Raises InvalidInputError, WrongStateError.

    By mail it goes to the contact, which must be on record; else whoever made it sends it by a
    way of their own, and has had it in their hands.
    """
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_request(request, UNSETTLED)
    _refuse_nobody(request)
    if by_mail and not is_on_record(request):
        problem = "This address was not on record before they asked: it proves nothing."
        raise InvalidInputError.on("contact", "not_on_record", problem)
    codes = IdentityCode.objects.filter(request_id=request.id)
    if codes.count() >= MOST_CODES:
        raise WrongStateError("It had codes enough: find out otherwise who they are.")
    moment = now()
    _end_codes(request)
    text = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    code = IdentityCode(
        id=uuid7(), request_id=request.id, by_mail=by_mail, expires_at=moment + LIFETIME
    )
    code.code_hash = hash_of_code(code, text)
    set_doer_of_code(code, actor)
    code.save(force_insert=True)
    note(subject_id=str(request.subject_id), by_mail=by_mail, expires_at=str(code.expires_at))
    pass_through(request, actor)
    if request.status == RequestStatus.RECEIVED:
        return IssuedCode(move_request(request, RequestStatus.AWAITING_IDENTITY, actor=actor), text)
    request.save(force_update=True)
    return IssuedCode(request, text)


@audited("subject_request.identified")
def enter_code(*, actor: Actor, request: SubjectRequest, code: str) -> SubjectRequest:
    """Still awaiting identity where the code was wrong: an error would undo that it was counted.

    Raises WrongStateError where no code is waited for, or the last one is used up.
    """
    actor.require(Permission.ERASURE_MANAGE)
    request = lock_for("enter_code", request)
    sent = IdentityCode.objects.filter(request_id=request.id).order_by("-id").first()
    moment = now()
    if sent is None or not sent.works_at(moment):
        raise WrongStateError("The code is used up or too old. Ask for a new one.")
    # Counted before it is looked at, and under the lock: two at once are two attempts.
    IdentityCode.objects.filter(id=sent.id).update(attempts=F("attempts") + 1)
    given = "".join(digit for digit in code if digit.isdigit())
    if not constant_time_compare(hash_of_code(sent, given), bytes(sent.code_hash)):
        note(kind="subject_request.code_failed", attempt=sent.attempts + 1)
        return request
    IdentityCode.objects.filter(id=sent.id).update(used_at=moment)
    note(subject_id=str(request.subject_id), by="code")
    return _identified(request, actor, BY_CODE if sent.by_mail else BY_SHOWN_CODE)


def newest_code(request: SubjectRequest) -> IdentityCode | None:
    return IdentityCode.objects.filter(request_id=request.id).order_by("-id").first()


def is_on_record(request: SubjectRequest) -> bool:
    """Whether the contact is the very identifier by which the subject was known before.

    What it is said they are also called does not count: whoever asks says that.
    """
    if request.subject_id is None or "@" not in request.contact:
        return False
    known = Subject.objects.filter(id=request.subject_id, created_at__lt=request.taken_in_at)
    return known.filter(external_id__iexact=request.contact.strip()).exists()


def hash_of_code(code: IdentityCode, text: str) -> bytes:
    """Keyed by a secret that is not in the database: eight digits alone are soon tried out."""
    said = f"{code.tenant_id}|{code.request_id}|{code.id}|{text}"
    return salted_hmac("mnemoscope.identity_code", said, algorithm="sha256").digest()


def set_doer_of_code(code: IdentityCode, actor: Actor) -> None:
    code.made_by_kind, code.made_by_id = actor.kind, actor.id
    code.made_by_label = actor.label[:200]


def _identified(request: SubjectRequest, actor: Actor, how: str) -> SubjectRequest:
    request.identity_check = how
    request.identified_at = now()
    set_doer(request, "identified", actor)
    pass_through(request, actor)
    return move_request(request, RequestStatus.READY, actor=actor)


def _end_codes(request: SubjectRequest) -> None:
    moment = now()
    working = IdentityCode.objects.filter(request_id=request.id, used_at__isnull=True)
    working.filter(expires_at__gt=moment).update(expires_at=moment)


def _refuse_nobody(request: SubjectRequest) -> None:
    if request.subject_id is None:
        raise InvalidInputError.on("subject", "blank", "Say first whom it is about.")
