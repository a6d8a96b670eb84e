"""Identifiers: UUID version 7 (RFC 9562), so that keys of one minute lie together on disk."""

from datetime import datetime
from uuid import UUID

from uuid_utils import compat


def uuid7() -> UUID:
    identifier: UUID = compat.uuid7()
    return identifier


def first_id_of(moment: datetime) -> UUID:
    """Below every UUIDv7 made from that moment on."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
