"""Identifiers: UUID version 7 (RFC 9562), so that keys of one minute lie together on disk."""

from uuid import UUID

from uuid_utils import compat


def uuid7() -> UUID:
    identifier: UUID = compat.uuid7()
    return identifier
