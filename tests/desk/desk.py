"""A request at each station of its way, as a test needs it."""

from console.accounts.models import Subject
from memory.desk import approve_request, receive_request
from tests.cast import a_memory

SAYS = {"asked_by": "The customer, by letter", "identity_check": "Called back on file number"}


def about(name="customer-7"):
    return Subject.objects.get(external_id=name)


def somebody(robo, name="customer-7", says="Jonas prefers e-mail."):
    """A subject of whom something is held."""
    a_memory(robo, says, subject=name)
    return about(name)


def received(person, subject=None, **more):
    said = {"asked_by": "By letter", "named": subject.external_id if subject else "?", **more}
    return receive_request(actor=person.actor, subject=subject, **said)


def ready(person, subject, **more):
    return receive_request(actor=person.actor, subject=subject, **{**SAYS, **more})


def approved(taker, other, subject, **more):
    return approve_request(actor=other.actor, request=ready(taker, subject, **more))
