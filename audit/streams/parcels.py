"""One message of a stream, and sending it: all that is needed, and nothing of the database."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson

from audit.models.stream import Sends, StreamKind
from audit.streams.lines import Line
from audit.streams.syslog import framed, syslog_message
from audit.streams.timestamp import timestamped
from console.platform.clock import now
from console.platform.message_signature import signed_headers
from console.platform.outbound import Answer, OutboundError, post
from console.platform.outbound_line import send_lines

SECONDS = 15.0
READ_BYTES = 4_000
TEST = orjson.dumps({"test": "A test of Mnemoscope's audit stream, sent by hand."})


@dataclass(frozen=True, slots=True)
class Parcel:
    """`begins` is where the stream stands. Without lines it is a test, asked for at `asked_at`."""

    stream_id: UUID
    tenant_id: UUID
    name: str
    kind: StreamKind
    sends: Sends
    address: str
    certificates: str
    begins: int
    lines: tuple[Line, ...]
    asked_at: datetime | None
    secret: bytes = field(repr=False)

    @property
    def is_test(self) -> bool:
        return not self.lines

    @property
    def message_id(self) -> str:
        """The same at each attempt, where the same lines are sent."""
        if self.is_test:
            return f"test_{self.stream_id.hex}_{self.asked_at:%Y%m%d%H%M%S%f}"
        return f"log_{self.stream_id.hex}_{self.lines[0].place}_{self.lines[-1].place}"


@dataclass(frozen=True, slots=True)
class Sent:
    """`error` is a code, empty where it was taken."""

    parcel: Parcel
    error: str = ""
    status: int | None = None
    receipt: bytes = b""


def sent(parcel: Parcel) -> Sent:
    """Asks the database nothing: it runs in a thread of its own."""
    try:
        return SENDERS[parcel.kind](parcel)
    except OutboundError as failure:
        return Sent(parcel, failure.code)


def _by_webhook(parcel: Parcel) -> Sent:
    body = b"".join(line.text + b"\n" for line in parcel.lines) or TEST + b"\n"
    headers = {
        **signed_headers(
            [parcel.secret],
            message_id=parcel.message_id,
            timestamp=int(now().timestamp()),
            body=body,
        ),
        "content-type": "application/x-ndjson",
        "content-length": str(len(body)),
        "user-agent": "Mnemoscope-Audit/1",
        "mnemoscope-tenant": str(parcel.tenant_id),
        "mnemoscope-stream": "test" if parcel.is_test else str(parcel.sends),
    }
    if parcel.lines:
        headers["mnemoscope-first"] = str(parcel.lines[0].place)
        headers["mnemoscope-last"] = str(parcel.lines[-1].place)
    answer = post(parcel.address, body=body, headers=headers, seconds=SECONDS, cut=READ_BYTES)
    if not _is_taken(answer):
        return Sent(parcel, "status", answer.status)
    return Sent(parcel, status=answer.status)


def _is_taken(answer: Answer) -> bool:
    return 200 <= answer.status < 300  # noqa: PLR2004


def _by_syslog(parcel: Parcel) -> Sent:
    tenant = {"tenant": str(parcel.tenant_id)}
    place = "index" if parcel.sends is Sends.EVENTS else "checkpoint"
    messages = [
        syslog_message(
            at=line.at,
            kind=line.kind,
            text=line.text,
            data={place: str(line.place), **tenant, "id": line.object_id},
            severity=line.severity,
        )
        for line in parcel.lines
    ] or [syslog_message(at=now(), kind="test", text=TEST, data=tenant)]
    body = b"".join(map(framed, messages))
    send_lines(parcel.address, body=body, seconds=SECONDS, roots=parcel.certificates)
    return Sent(parcel)


def _by_timestamp(parcel: Parcel) -> Sent:
    """Over the note itself, so that anybody can verify it; of nothing that matters, as a test."""
    what = orjson.loads(parcel.lines[-1].text)["note"].encode() if parcel.lines else TEST
    receipt = timestamped(
        what, address=parcel.address, certificates=parcel.certificates, seconds=SECONDS
    )
    return Sent(parcel, receipt=receipt)


SENDERS = {
    StreamKind.WEBHOOK: _by_webhook,
    StreamKind.SYSLOG: _by_syslog,
    StreamKind.TIMESTAMP: _by_timestamp,
}
