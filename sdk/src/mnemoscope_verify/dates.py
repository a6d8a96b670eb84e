"""Whether an entry that does not fit its leaf would fit it with another time.

An event's id is a UUIDv7 (RFC 9562), which holds the millisecond in which it was made, and the
event's time was read just after. So the true time can be searched for, and finding it is proof:
no other text has that hash.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from mnemoscope_verify.entries import Line

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Microseconds around the id's time that are searched: further where the two times are apart.
BEFORE, AFTER, FURTHER = 1_000, 20_000, 250_000
DATED_OTHERWISE = timedelta(seconds=1)
VERSION = 7


def made_at(event: str) -> datetime | None:
    """What the id says, to the millisecond."""
    raw = event.replace("-", "")
    try:
        if int(raw[12], 16) != VERSION:
            return None
        return EPOCH + timedelta(milliseconds=int(raw[:12], 16))
    except (ValueError, IndexError, OverflowError):
        return None


def is_dated_otherwise(line: Line) -> bool:
    """Whether its time is another than its id says."""
    made = made_at(line.id)
    try:
        said = datetime.fromisoformat(line.at)
        return made is not None and abs(said - made) > DATED_OTHERWISE
    except (ValueError, TypeError, OverflowError):
        return True


def true_time(line: Line, leaf: bytes) -> str | None:
    """The time with which this line has that leaf, if there is one."""
    made = made_at(line.id)
    begin, mark, end = line.entry.partition(f'"at":"{line.at}"'.encode())
    if made is None or not mark:
        return None
    start = made - timedelta(microseconds=BEFORE)
    head = sha256(b"\x00" + begin + b'"at":"')
    tail = b'"' + end
    for microseconds in range(BEFORE + (FURTHER if is_dated_otherwise(line) else AFTER)):
        moment = start + timedelta(microseconds=microseconds)
        text = moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        tried = head.copy()
        tried.update(text.encode() + tail)
        if tried.digest() == leaf:
            return text
    return None
