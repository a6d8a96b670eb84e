"""When to try again, and how long to wait first."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from mnemoscope_client.calls import Replay

# The request was not processed, whatever it was.
_NOT_PROCESSED = frozenset({429, 503})
# A gateway lost the answer: the request may have been processed.
_LOST = frozenset({502, 504})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter, so that a fleet does not return in step.

    `attempts` counts the first; the last begins within `budget` seconds of it. A Retry-After past
    the budget ends the call at once: waiting less would be rude, waiting longer hang the agent.
    """

    attempts: int = 5
    base: float = 0.25
    cap: float = 8.0
    budget: float = 30.0

    def backoff(self, attempt: int) -> float:
        return random.uniform(0, min(self.cap, self.base * 2**attempt))  # noqa: S311 - no secret

    @classmethod
    def never(cls) -> RetryPolicy:
        return cls(attempts=1)


class Attempts:
    """The retries of one logical call. Decides; the transports sleep."""

    def __init__(self, policy: RetryPolicy, replay: Replay) -> None:
        self._policy = policy
        self._replay = replay
        self._made = 0
        self._started = time.monotonic()

    def pause_after_failure(self, error: httpx.RequestError) -> float | None:
        """Seconds to wait before the next attempt, or None when there is to be none."""
        # Ours to mend, not to repeat.
        if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
            return None
        never_sent = isinstance(error, _NEVER_SENT)
        return self._pause(None, allowed=never_sent or self._replay is Replay.ANY_FAILURE)

    def pause_after_answer(self, response: httpx.Response) -> float | None:
        if response.status_code in _NOT_PROCESSED:
            return self._pause(retry_after(response), allowed=True)
        if response.status_code in _LOST:
            allowed = self._replay is Replay.ANY_FAILURE
            return self._pause(retry_after(response), allowed=allowed)
        return None

    def _pause(self, wanted: float | None, *, allowed: bool) -> float | None:
        pause = self._policy.backoff(self._made)
        self._made += 1
        if not allowed:
            return None
        if self._made >= self._policy.attempts:
            return None
        if wanted is not None:
            pause += wanted
        left = self._policy.budget - (time.monotonic() - self._started)
        return pause if pause <= left else None


def retry_after(response: httpx.Response) -> float | None:
    """Seconds from a Retry-After header, which is a number or a date (RFC 9110 §10.2.3)."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdecimal() and text.isascii():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
