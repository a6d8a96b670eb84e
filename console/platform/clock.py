"""The one clock, so that a test can move it."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
