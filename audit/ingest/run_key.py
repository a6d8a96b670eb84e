from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from audit.models import StitchedBy


@dataclass(frozen=True, slots=True)
class RunKey:
    """By what the traces of a run are one: a conversation, a session, or the trace alone."""

    stitched_by: StitchedBy
    key: str

    def run_id(self, tenant_id: UUID) -> UUID:
        """A UUID of version 8 (RFC 9562 §5.8): the first half of a SHA-256 over tenant and key."""
        text = f"{tenant_id}\n{self.stitched_by.name}\n{self.key}"
        raw = bytearray(sha256(text.encode()).digest()[:16])
        raw[6] = raw[6] & 0x0F | 0x80
        raw[8] = raw[8] & 0x3F | 0x80
        return UUID(bytes=bytes(raw))


def key_of_trace(trace_id: bytes) -> RunKey:
    return RunKey(StitchedBy.TRACE, trace_id.hex())
