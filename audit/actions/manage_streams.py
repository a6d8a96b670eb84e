"""Changing what an audit stream does, and stopping it. Making one: `create_stream`."""

from audit.actions.create_stream import IssuedStream, StreamAsked, checked, issue_secret
from audit.models import AuditStream
from audit.models.stream import StreamKind, StreamState
from audit.streams.waking import wake_on_commit
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError

EDITABLE = ("name", "address", "format", "with_words", "certificates")


@audited("stream.edited")
def edit_stream(*, actor: Actor, stream: AuditStream, asked: StreamAsked) -> AuditStream:
    """It goes on from where it stood. What it sends and by which way stay as they are."""
    actor.require(Permission.SETTINGS_MANAGE)
    checked(asked, but=stream)
    note(changed=[name for name in EDITABLE if getattr(stream, name) != getattr(asked, name)])
    for name in EDITABLE:
        setattr(stream, name, getattr(asked, name))
    stream.save(update_fields=EDITABLE)
    # A better address is tried at once.
    StreamState.objects.filter(id=stream.id).update(next_attempt_at=now())
    wake_on_commit()
    return stream


@audited("stream.secret_renewed")
def renew_stream_secret(*, actor: Actor, stream: AuditStream) -> IssuedStream:
    """The one before counts no more: whoever asks for another may have lost it to somebody."""
    actor.require(Permission.SETTINGS_MANAGE)
    if stream.kind != StreamKind.WEBHOOK:
        raise InvalidInputError("Only a webhook is signed with a secret.")
    issued = issue_secret(stream)
    stream.save(update_fields=["wrapped", "wrapped_by_id"])
    return issued


@audited("stream.paused")
def pause_stream(*, actor: Actor, stream: AuditStream) -> AuditStream:
    """Nothing is lost: it goes on from where it stood."""
    actor.require(Permission.SETTINGS_MANAGE)
    stream = _locked(stream)
    if stream.is_paused:
        raise WrongStateError("The stream is paused already.")
    stream.paused_at = now()
    stream.save(update_fields=["paused_at"])
    return stream


@audited("stream.resumed")
def resume_stream(*, actor: Actor, stream: AuditStream) -> AuditStream:
    actor.require(Permission.SETTINGS_MANAGE)
    stream = _locked(stream)
    if not stream.is_paused:
        raise WrongStateError("The stream is not paused.")
    stream.paused_at = None
    stream.save(update_fields=["paused_at"])
    StreamState.objects.filter(id=stream.id).update(next_attempt_at=now())
    wake_on_commit()
    return stream


@audited("stream.deleted")
def delete_stream(*, actor: Actor, stream: AuditStream) -> AuditStream:
    """With its secret and its place. What it anchored stays anchored."""
    actor.require(Permission.SETTINGS_MANAGE)
    state = StreamState.objects.filter(id=stream.id).first()
    note(sends=stream.sends, kind_of_stream=stream.kind, next=state.next if state else None)
    StreamState.objects.filter(id=stream.id).delete()
    AuditStream.objects.filter(id=stream.id).delete()
    return stream


@audited("stream.tested")
def send_stream_test(*, actor: Actor, stream: AuditStream) -> AuditStream:
    """Goes out before all else, also while the stream is paused; what came of it is shown."""
    actor.require(Permission.SETTINGS_MANAGE)
    StreamState.objects.filter(id=stream.id).update(test_asked_at=now())
    wake_on_commit()
    return stream


@audited("stream.behind")
def report_behind(*, actor: Actor, stream: AuditStream, lag: int) -> AuditStream:
    state = StreamState.objects.select_for_update().get(id=stream.id)
    note(waiting=lag, next=state.next, error=state.last_error, status=state.last_status)
    state.behind_at = now()
    state.save(update_fields=["behind_at"])
    return stream


def _locked(stream: AuditStream) -> AuditStream:
    return AuditStream.objects.select_for_update(of=("self",)).get(id=stream.id)
