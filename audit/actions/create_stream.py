import os
from dataclasses import dataclass, field
from uuid import UUID

from audit.models import AuditStream
from audit.models.stream import Sends, StreamFormat, StreamKind, StreamState
from audit.proof.pruned import pruned_log
from audit.streams.lines import end_of_log
from audit.streams.timestamp import authorities
from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.permissions import Permission
from console.keys.secrets import wrap_secret
from console.platform.errors import InvalidInputError
from console.platform.message_signature import SECRET_BYTES, secret_text
from console.platform.outbound import RefusedUrlError, checked_url
from console.platform.outbound_line import checked_line_address

# Each is sent the whole log: more belong behind one that hands it on.
MOST_STREAMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAsked:
    """What a stream is to be like. `certificates` are PEM."""

    name: str
    kind: StreamKind
    address: str
    sends: Sends = Sends.EVENTS
    format: StreamFormat = StreamFormat.JSON
    with_words: bool = False
    certificates: str = ""


@dataclass(frozen=True, slots=True)
class IssuedStream:
    """A stream and its new secret, which is shown once; empty where it has none."""

    stream: AuditStream
    secret: str = field(repr=False)

    audit_kind = "audit_stream"

    @property
    def id(self) -> UUID:
        return self.stream.id


@audited("stream.created")
def create_stream(*, actor: Actor, asked: StreamAsked, from_beginning: bool) -> IssuedStream:
    """Sends from now on, or the log from the first event that is kept. Raises InvalidInputError."""
    actor.require(Permission.SETTINGS_MANAGE)
    if AuditStream.objects.count() >= MOST_STREAMS:
        raise InvalidInputError(f"There are {MOST_STREAMS} streams already: delete one first.")
    checked(asked)
    stream = AuditStream(
        name=asked.name,
        sends=asked.sends,
        kind=asked.kind,
        address=asked.address,
        format=asked.format,
        with_words=asked.with_words,
        certificates=asked.certificates,
        created_by_id=actor.id if actor.kind is ActorKind.USER else None,
    )
    issued = issue_secret(stream) if asked.kind is StreamKind.WEBHOOK else IssuedStream(stream, "")
    stream.save(force_insert=True)
    begins = _beginning(asked.sends) if from_beginning else end_of_log(asked.sends)
    StreamState.objects.create(id=stream.id, next=begins)
    note(sends=stream.sends, kind_of_stream=stream.kind, begins=begins)
    return issued


def _beginning(sends: Sends) -> int:
    pruned = pruned_log() if sends is Sends.EVENTS else None
    return pruned.size if pruned else 0


def issue_secret(stream: AuditStream) -> IssuedStream:
    """The row is not saved."""
    secret = os.urandom(SECRET_BYTES)
    wrap_secret(stream, secret)
    return IssuedStream(stream, secret_text(secret))


def checked(asked: StreamAsked, *, but: AuditStream | None = None) -> None:
    """Raises InvalidInputError. `but` is the stream that may have this name already."""
    others = AuditStream.objects.filter(name=asked.name)
    if (but is None and others.exists()) or (
        but is not None and others.exclude(id=but.id).exists()
    ):
        raise InvalidInputError.on("name", "taken", "Another stream has this name.")
    if asked.kind is StreamKind.TIMESTAMP and asked.sends is not Sends.CHECKPOINTS:
        raise InvalidInputError.on(
            "sends", "only_checkpoints", "A timestamp authority is sent checkpoints."
        )
    try:
        if asked.kind is StreamKind.SYSLOG:
            checked_line_address(asked.address)
        else:
            checked_url(asked.address)
    except RefusedUrlError as error:
        raise InvalidInputError.on("address", "bad_address", str(error)) from None
    _check_certificates(asked)


def _check_certificates(asked: StreamAsked) -> None:
    if not asked.certificates:
        if asked.kind is StreamKind.TIMESTAMP:
            raise InvalidInputError.on(
                "certificates", "required", "Paste the authority's root certificate, in PEM."
            )
        return
    if asked.kind is StreamKind.WEBHOOK:
        raise InvalidInputError.on(
            "certificates", "not_used", "A webhook's certificate is checked as browsers do."
        )
    try:
        authorities(asked.certificates)
    except ValueError:
        raise InvalidInputError.on(
            "certificates", "bad_certificate", "Paste certificates in PEM: -----BEGIN CERTIFICATE…"
        ) from None
