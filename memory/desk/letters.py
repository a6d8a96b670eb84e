"""What the person is told, as a letter.

Mailed where there is a mail server and an address, and else shown to whoever is at the desk, to
tell them by a way of their own.
"""

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction

from console.tenancy.models import Tenant
from memory.models import Ground, Law, RequestKind, SubjectRequest

ASKED = {
    RequestKind.ERASURE: "to erase what is held about you",
    RequestKind.ACCESS: "for a copy of what is held about you",
    RequestKind.RECTIFICATION: "to correct what is held about you",
    RequestKind.RESTRICTION: "to keep, but not to use, what is held about you",
}
LIFTED = "to use what is held about you again"
DONE = {
    RequestKind.ERASURE: "What was held about you has been erased. What says something about you is"
    " refused from now on.",
    RequestKind.ACCESS: "The copy of what is held about you was handed over.",
    RequestKind.RECTIFICATION: "What is held about you was corrected.",
    RequestKind.RESTRICTION: "What is held about you is kept, and not used until you agree.",
}
COMPLAIN = {
    Law.GDPR: "You may complain to a data protection authority, and go to court.",
    Law.CCPA: "You may complain to the California Privacy Protection Agency.",
}


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


def letter_of(request: SubjectRequest, occasion: str, *, said: str = "") -> Letter:
    """`occasion`: acknowledged, code, extended, refused, completed, handed_over.

    `said` is the code or the link, and is kept nowhere.
    """
    tenant = Tenant.objects.get(id=request.tenant_id)
    kind = RequestKind(request.kind)
    asked = LIFTED if request.lifts else ASKED[kind]
    due = f"{request.due_at:%d %B %Y}"
    told = {
        "acknowledged": f"We received your request {asked}. You will have an answer by {due}.",
        "code": f"To show that it is you who asks {asked}, enter this code, or tell it to whoever"
        f" is in touch with you:\n\n{said}\n\nIt works once, for two days. If you did not ask,"
        " do nothing.",
        "extended": f"Your request {asked} takes longer than we would like, until {due}."
        f" The reason: {request.extension_reason}",
        "refused": f"We do not follow your request {asked}."
        f" The ground: {_ground(request)}. {request.close_reason}"
        f"\n\n{COMPLAIN[Law(request.law)]}",
        "completed": "It may be used again." if request.lifts else DONE[kind],
        "handed_over": "The copy of what is held about you is ready. Take it from here within"
        f" seven days:\n\n{said}\n\nIt says in the clear what is held: keep the link to yourself.",
    }[occasion]
    text = f"{told}\n\nReference: {request.reference}\n{tenant.name}\n"
    return Letter(f"Your request {request.reference}", text)


def can_mail() -> bool:
    return bool(settings.MAILS)


def has_address(request: SubjectRequest) -> bool:
    try:
        validate_email(request.contact.strip())
    except ValidationError:
        return False
    return True


def tell_on_commit(request: SubjectRequest, occasion: str, *, said: str = "") -> bool:
    """Whether it is mailed once the change stands; the letter is written before words go."""
    if not settings.MAILS or not has_address(request):
        return False
    letter, to = letter_of(request, occasion, said=said), request.contact.strip()
    transaction.on_commit(
        partial(send_mail, letter.subject, letter.text, None, [to], fail_silently=True)
    )
    return True


def _ground(request: SubjectRequest) -> str:
    return Ground(request.ground).label if request.ground else ""
