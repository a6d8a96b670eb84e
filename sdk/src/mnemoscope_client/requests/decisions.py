from __future__ import annotations

import time

from mnemoscope_client.answers.decision import Decision, Decisions, decisions
from mnemoscope_client.calls import Call, params

# The server waits up to 30 seconds, and a client that waits no longer would lose the answer.
LONGEST_WAIT = 20
ENDS = frozenset({"expired", "retired", "rejected", "superseded", "erased"})


def list_decisions(
    *,
    after: str | None = None,
    memory: str | None = None,
    wait: int | None = None,
    limit: int | None = None,
) -> Call[Decisions]:
    """What others decided about what this key's agent wrote, the oldest first.

    Go on with the answer's `next_after`. `wait` seconds, up to 30, hold an empty answer back.
    """
    return Call(
        "GET",
        "decisions",
        decisions,
        params=params(after=after, memory=memory, wait=wait, limit=limit),
    )


class Awaited:
    """What is waited for, and how far the feed was read. Decides; the clients send and sleep."""

    def __init__(self, memory_id: str, *, review_id: str | None, timeout: float) -> None:
        self.decision: Decision | None = None
        self._memory_id = memory_id
        self._review_id = review_id
        self._ends = time.monotonic() + timeout
        self._after: str | None = None
        self._read_all = False

    def next_call(self) -> Call[Decisions] | None:
        """None once it is decided, or the time is up."""
        left = self._ends - time.monotonic()
        if self._read_all and (self.decision is not None or left <= 0):
            return None
        # First what is there already, to its end: of several decisions the newest counts.
        wait = min(LONGEST_WAIT, max(1, round(left))) if self._read_all else 0
        return list_decisions(after=self._after, memory=self._memory_id, wait=wait)

    def take(self, answer: Decisions) -> float:
        """How long to pause before the next call."""
        self._read_all = self._read_all or not answer.results
        self._after = answer.next_after or self._after
        for one in answer.results:
            if self._is_it(one):
                # Reviewers have some minutes to take a decision back: then it waits again.
                self.decision = None if one.outcome == "undone" else one
        left = max(0.0, self._ends - time.monotonic())
        return min(answer.retry_after or 0.0, left)

    def _is_it(self, one: Decision) -> bool:
        if one.review_id is not None:
            return self._review_id in {None, one.review_id}
        return one.state in ENDS
