"""How much of senders' bytes this process holds at once.

A batch in memory is many times its size on the wire. Past the budget a sender is asked to come
back, which OTLP has a status for; a process out of memory answers nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from django.conf import settings


class OverBudgetError(Exception):
    """Too much is being stored already."""


@dataclass(slots=True)
class ByteBudget:
    limit: int
    held: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    @contextmanager
    def hold(self, size: int) -> Iterator[None]:
        """Raises OverBudgetError, unless nothing else is held: then any size may pass."""
        with self._lock:
            if self.held and self.held + size > self.limit:
                raise OverBudgetError
            self.held += size
        try:
            yield
        finally:
            with self._lock:
                self.held -= size


# Two bodies of the largest size, as sent and inflated.
budget = ByteBudget(4 * settings.OTLP_MAX_BODY_BYTES)
