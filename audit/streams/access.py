"""The only way to one audit stream."""

from uuid import UUID

from django.db.models import QuerySet

from audit.models import AuditStream
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError


def visible_streams(actor: Actor) -> QuerySet[AuditStream]:
    streams = AuditStream.objects.select_related("created_by")
    return streams if actor.may(Permission.AUDIT_READ) else streams.none()


def stream_for(
    actor: Actor, stream_id: UUID, *, need: Permission = Permission.AUDIT_READ
) -> AuditStream:
    stream = visible_streams(actor).filter(id=stream_id).first()
    if stream is None:
        raise NotFoundError(stream_id, noun="stream")
    if not actor.may(need):
        raise NotFoundError(stream_id, noun="stream")
    return stream
