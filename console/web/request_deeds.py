"""What can be done to a request on its page: a form, a verb, and what is said after it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms

from console.accounts.actor import Actor
from console.keys.subjects import known_subjects
from console.platform.errors import InvalidInputError
from console.web.forms.agent import ReasonForm
from console.web.forms.request import (
    AcknowledgeForm,
    CarryOutForm,
    ConfirmForm,
    DuplicateForm,
    EnterForm,
    FinishForm,
    NameForm,
    RefuseForm,
)
from memory.desk import (
    acknowledge_request,
    approve_request,
    complete_rectification,
    confirm_identity,
    enter_code,
    extend_request,
    mark_duplicate,
    name_person,
    refuse_request,
    stop_request,
    withdraw_request,
)
from memory.desk.letters import tell_on_commit
from memory.erasure.accepting import accept_mentions
from memory.erasure.saga import carry_out
from memory.models import RequestStatus, SubjectRequest

Said = dict[str, Any]
Do = Callable[[Actor, SubjectRequest, Said], str]


class Deed(NamedTuple):
    """`do` answers with what is told to whoever did it. Raises InvalidInputError on a field."""

    form: type[forms.Form]
    do: Do
    asks_again: bool = False  # who it is


def _name(actor: Actor, request: SubjectRequest, said: Said) -> str:
    known = known_subjects([said["subject"], *said["aliases"]])
    unknown = sorted({said["subject"], *said["aliases"]} - known.keys())
    if unknown:
        field = "subject" if said["subject"] in unknown else "aliases"
        problem = f"Nothing is held about {', '.join(unknown)}."
        raise InvalidInputError.on(field, "unknown_subject", problem)
    subject = known.pop(said["subject"])
    name_person(actor=actor, request=request, subject=subject, aliases=list(known.values()))
    return "Named. Find out next that it is them."


def _confirm(actor: Actor, request: SubjectRequest, said: Said) -> str:
    confirm_identity(actor=actor, request=request, how=said["identity_check"])
    return "Settled. Somebody else approves it next."


def _enter(actor: Actor, request: SubjectRequest, said: Said) -> str:
    if enter_code(actor=actor, request=request, code=said["code"]).status == RequestStatus.READY:
        return "The code is right. Somebody else approves it next."
    return "That is not the code. It can be tried three times in all."


def _acknowledge(actor: Actor, request: SubjectRequest, said: Said) -> str:
    acknowledge_request(actor=actor, request=request, reason=said["how"])
    return "On record."


def _extend(actor: Actor, request: SubjectRequest, said: Said) -> str:
    longer = extend_request(actor=actor, request=request, comment=said["reason"])
    return f"Prolonged.{_tell(longer, 'extended')}"


def _approve(actor: Actor, request: SubjectRequest, said: Said) -> str:  # noqa: ARG001 - as any
    approve_request(actor=actor, request=request)
    return "Approved."


def _stop(actor: Actor, request: SubjectRequest, said: Said) -> str:
    stop_request(actor=actor, request=request, comment=said["reason"])
    return "Stopped. It has to be approved anew."


def _refuse(actor: Actor, request: SubjectRequest, said: Said) -> str:
    refused = refuse_request(
        actor=actor, request=request, comment=said["reason"], ground=said["ground"]
    )
    return f"Refused.{_tell(refused, 'refused')}"


def _withdraw(actor: Actor, request: SubjectRequest, said: Said) -> str:
    withdraw_request(actor=actor, request=request, comment=said["reason"])
    return "Closed. It stays on record."


def _duplicate(actor: Actor, request: SubjectRequest, said: Said) -> str:
    other = SubjectRequest.objects.filter(reference__iexact=said["reference"].strip()).first()
    if other is None:
        raise InvalidInputError.on("reference", "unknown", "There is no such request here.")
    mark_duplicate(actor=actor, request=request, of=other)
    return f"Closed as a duplicate of {other.reference}."


def _carry_out(actor: Actor, request: SubjectRequest, said: Said) -> str:  # noqa: ARG001 - as any
    carry_out(actor=actor, request=request)
    return "Begun. This page tells how far it has come."


def _let_stay(actor: Actor, request: SubjectRequest, said: Said) -> str:
    accept_mentions(actor=actor, request=request, comment=said["reason"])
    return "On record, and on the certificate. The erasure goes on."


def _finish(actor: Actor, request: SubjectRequest, said: Said) -> str:
    done = complete_rectification(actor=actor, request=request, comment=said["comment"])
    return f"Completed.{_tell(done, 'completed')}"


def _tell(request: SubjectRequest, occasion: str) -> str:
    """Mails the person, or says that somebody must."""
    if tell_on_commit(request, occasion):
        return " The person is told by e-mail."
    return " Tell the person: the letter stands on this page."


DEEDS: dict[str, Deed] = {
    "name": Deed(NameForm, _name),
    "confirm": Deed(ConfirmForm, _confirm),
    "enter": Deed(EnterForm, _enter),
    "acknowledge": Deed(AcknowledgeForm, _acknowledge),
    "extend": Deed(ReasonForm, _extend),
    "approve": Deed(forms.Form, _approve, asks_again=True),
    "stop": Deed(ReasonForm, _stop),
    "refuse": Deed(RefuseForm, _refuse),
    "withdraw": Deed(ReasonForm, _withdraw),
    "duplicate": Deed(DuplicateForm, _duplicate),
    "carry-out": Deed(CarryOutForm, _carry_out, asks_again=True),
    "finish": Deed(FinishForm, _finish),
    "accept": Deed(ReasonForm, _let_stay, asks_again=True),
}
