"""The daily e-mail on what waits for review: counts and links, nothing that a memory says."""

from dataclasses import dataclass
from datetime import date, datetime
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string

from console.accounts.actor import system_actor
from console.accounts.models import Membership
from console.accounts.permissions import ROLE_PERMISSIONS, Permission
from console.platform.clock import now
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.desk.alarms import pressing
from memory.models import DigestSubscription
from memory.reviews.sla import QueueCounts, queue_counts

# In UTC. Whoever was down then sends later: once a day, not at an instant.
HOUR_OF_DAY = 6
READERS = [role for role, may in ROLE_PERMISSIONS.items() if Permission.REVIEW_DECIDE in may]


@dataclass(frozen=True, slots=True)
class Digest:
    """What one tenant's reviewers are told, also of requests of people that are due soon or late.

    Where nothing waits nothing is sent.
    """

    tenant: str
    queues: list[QueueCounts]
    recipients: list[str]
    requests_soon: int = 0
    requests_late: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.queues or self.requests_soon or self.requests_late)

    @property
    def open(self) -> int:
        return sum(queue.open for queue in self.queues)

    @property
    def overdue(self) -> int:
        return sum(queue.breached for queue in self.queues)


class DigestNotSentError(Exception):
    """The mail server refused or could not be reached. Who got none is sent it the next time."""


def is_time(at: datetime) -> bool:
    return at.hour >= HOUR_OF_DAY


def digest_of(tenant_id: UUID, *, today: date) -> Digest:
    """For those who want it and have not had today's."""
    with tenant_scope(tenant_id):
        due = _due(today).select_related("user").order_by("user__email")
        return _digest(tenant_id, [one.user.email for one in due])


def send_digest(tenant_id: UUID) -> Digest:
    """To each once a day, however often it is called. Raises DigestNotSentError."""
    today = now().date()
    with tenant_scope(tenant_id):
        due = list(_due(today).select_related("user").select_for_update(of=("self",)))
        digest = _digest(tenant_id, [one.user.email for one in due])
        if digest.is_empty:
            return digest
        DigestSubscription.objects.filter(id__in=[one.id for one in due]).update(sent_on=today)
    # The transaction has ended: no lock is held while a mail server takes its time.
    missed = [one.id for one in due if not _sent(digest, one.user.email)]
    if missed:
        with tenant_scope(tenant_id):
            DigestSubscription.objects.filter(id__in=missed).update(sent_on=None)
        raise DigestNotSentError(f"{len(missed)} of {len(due)} were not sent.")
    return digest


def _due(today: date) -> QuerySet[DigestSubscription]:
    """Of members who may still decide."""
    readers = Membership.objects.filter(role__in=READERS, user__is_active=True)
    return DigestSubscription.objects.filter(
        Q(sent_on__isnull=True) | Q(sent_on__lt=today), user_id__in=readers.values("user_id")
    )


def _digest(tenant_id: UUID, recipients: list[str]) -> Digest:
    counts = queue_counts(system_actor(tenant_id, "send_digest"))
    tenant = Tenant.objects.get(id=tenant_id)
    queues = [queue for queue in counts if queue.open]
    return Digest(tenant.name, queues, recipients, *pressing())


def _sent(digest: Digest, email: str) -> bool:
    """One message each: nobody reads who else gets it."""
    late = f", {digest.overdue} overdue" if digest.overdue else ""
    if digest.requests_late:
        late += f"; {digest.requests_late} requests of people overdue"
    told = {"digest": digest, "url": settings.PUBLIC_URL, "at": now()}
    message = EmailMultiAlternatives(
        f"{digest.tenant}: {digest.open} waiting for review{late}".replace("\n", " "),
        render_to_string("mail/digest.txt", told),
        to=[email],
    )
    message.attach_alternative(render_to_string("mail/digest.html", told), "text/html")
    try:
        return bool(message.send())
    except (SMTPException, OSError):
        return False
