"""The process that seals: every tenant's events into its log, and its log into checkpoints.

A round visits every tenant. What is left is told by the rows, so a process that was killed, or
one beside it, harms nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from time import monotonic
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from audit.anchors import deliver_new
from audit.proof.checkpoints import make_checkpoint
from audit.proof.sequence import lock_log, sequence, sequence_everything
from audit.proof.tiles import MissingTileError
from console.platform.clock import now
from console.platform.errors import DomainError
from console.platform.telemetry.metrics import LOG_LAG, LOG_LEAVES, LOG_ROUND
from console.tenancy.scope import tenant_scope
from console.tenancy.tenants import every_tenant_id

# One with a long way to go lets the others have their turn.
BATCHES_IN_TURN = 10
LONGEST_PAUSE = 10.0
LAST_TRIES = 5

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Round:
    """What one round over all tenants did; `lag_seconds` is of the event that waits longest."""

    leaves: int = 0
    checkpoints: int = 0
    failed: int = 0  # tenants
    is_more: bool = False
    lag_seconds: float = 0.0


class Sequencer:
    """`pause` seconds between rounds; checkpoints of a tenant are `checkpoint_every` apart."""

    def __init__(self, *, pause: float, checkpoint_every: timedelta) -> None:
        self._pause = pause
        self._checkpoint_every = checkpoint_every.total_seconds()
        # By tenant, the monotonic time of the next checkpoint; and who needs none, or has one
        # that nobody took yet.
        self._sign_at: dict[UUID, float] = {}
        self._signed: set[UUID] = set()
        self._undelivered: set[UUID] = set()

    def run(self, asked_to_stop: Event, *, after_round: Callable[[], None]) -> None:
        """Until asked to stop; then seals, signs and delivers once more what there is."""
        pause = self._pause
        while not asked_to_stop.is_set():
            try:
                made = self.round()
            except (OperationalError, InterfaceError) as error:
                connection.close()
                pause = min(max(2 * pause, self._pause), LONGEST_PAUSE)
                log.warning("log.database_away", error=type(error).__name__, again_in=pause)
                asked_to_stop.wait(pause)
                continue
            after_round()
            pause = self._pause
            if not made.is_more:
                asked_to_stop.wait(pause)
        self.finish()

    def finish(self) -> Round:
        """Everything, and a checkpoint whether or not it is time. Raises OperationalError."""
        done, tries = Round(is_more=True), 0
        while done.is_more:
            try:
                made = self.round(at_once=True)
            except (OperationalError, InterfaceError):
                connection.close()
                tries += 1
                if tries == LAST_TRIES:
                    raise
                Event().wait(self._pause)
                continue
            made.leaves += done.leaves
            made.checkpoints += done.checkpoints
            done = made
        return done

    def round(self, *, at_once: bool = False) -> Round:
        """Raises OperationalError or InterfaceError when the database is away."""
        made = Round()
        for tenant_id in every_tenant_id():
            try:
                self._advance(tenant_id, made, at_once=at_once)
            except (OperationalError, InterfaceError):
                raise
            except (DatabaseError, DomainError, MissingTileError, ValueError):
                # One tenant's broken key or tile must not stop the others' logs.
                log.exception("log.not_advanced", tenant_id=str(tenant_id))
                made.failed += 1
        LOG_LEAVES.inc(made.leaves)
        LOG_LAG.set(made.lag_seconds)
        if not made.failed:
            LOG_ROUND.set_to_current_time()
        return made

    def _advance(self, tenant_id: UUID, made: Round, *, at_once: bool) -> None:
        for _ in range(BATCHES_IN_TURN):
            with tenant_scope(tenant_id):
                if not lock_log():
                    return  # another sequencer has it
                sequenced = sequence()
            if sequenced.leaves:
                made.leaves += sequenced.leaves
                self._signed.discard(tenant_id)
            if sequenced.waiting_since is not None:
                waited = (now() - sequenced.waiting_since).total_seconds()
                made.lag_seconds = max(made.lag_seconds, waited)
            if not sequenced.is_more:
                break
        else:
            made.is_more = True
        if at_once or monotonic() >= self._sign_at.get(tenant_id, 0.0):
            made.checkpoints += self._sign(tenant_id)

    def _sign(self, tenant_id: UUID) -> bool:
        """Whether there was something new to sign. What was not delivered is, whoever made it."""
        checkpoint = None
        if tenant_id not in self._signed:
            with tenant_scope(tenant_id):
                if not lock_log():
                    return False
                checkpoint = make_checkpoint()
            self._signed.add(tenant_id)
        if checkpoint is not None:
            self._undelivered.add(tenant_id)
        # At first sight too: the process before may have been killed before it delivered.
        is_due = tenant_id in self._undelivered or tenant_id not in self._sign_at
        if is_due and deliver_new(tenant_id):
            self._undelivered.discard(tenant_id)
        self._sign_at[tenant_id] = monotonic() + self._checkpoint_every
        return checkpoint is not None


def rescan() -> int:
    """Gives the events of every tenant that lie below its mark without a leaf theirs.

    For a restored database, before anybody writes to it.
    """
    leaves = 0
    for tenant_id in every_tenant_id():
        with tenant_scope(tenant_id):
            if lock_log():
                leaves += sequence_everything()
    return leaves
