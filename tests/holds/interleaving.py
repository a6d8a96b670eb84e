"""Rounds in which one person holds something while others try to remove it, at the same time.

A hold over one of the five scopes is placed at a random moment; the transaction that places it
notes what exists, and the one that releases it looks whether all of that is still there and says
what it said. Meanwhile two others go random ways (`tests.holds.removing`), each in a transaction
and on a connection of its own.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, connections
from django.db.utils import DatabaseError

from audit.models import Run
from console.accounts.models import Subject
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.crypto.envelope import SealBrokenError
from console.platform.errors import DomainError, NotFoundError
from console.tenancy.scope import tenant_scope
from memory.actions import place_hold, release_hold
from memory.models import HoldScope, Memory
from tests.cast import a_person, an_agent
from tests.holds.removing import a_way
from tests.holds.things import Things, is_whole, make, period, seen
from tests.ingest.keeping import keep

REMOVERS = 2
TRIES = 3
PAUSE = 0.01
REFUSALS = (DomainError, DatabaseError, SealBrokenError, ObjectDoesNotExist)


@dataclass
class Interleaving:
    """`losses` are sentences; there should be none. `done` counts what came of each try."""

    seed: int
    losses: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    rounds: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - chance that can be had again
        self.tenant = create_tenant(slug=f"holds-{uuid4().hex[:8]}", name="Acme")
        self.alice = a_person(self.tenant, "alice", Role.OWNER)
        self.clerk = an_agent(self.tenant, "clerk")
        keep(self.tenant, content_days=1, span_days=1, access_days=1, count_days=1)
        self.things: Things | None = None

    def go(self, rounds: int) -> None:
        with ThreadPoolExecutor(1 + REMOVERS) as threads:
            for _ in range(rounds):
                things = self._things()
                scope = self.random.choice(list(HoldScope))
                seeds = [self.random.randrange(2**32) for _ in range(REMOVERS + 1)]
                work = [
                    threads.submit(self._hold, things, scope, seeds[0]),
                    *(threads.submit(self._remove, things, seed) for seed in seeds[1:]),
                ]
                for one in work:
                    one.result()
                self.rounds += 1
            for one in [threads.submit(_leave) for _ in range(1 + REMOVERS)]:
                one.result()

    def _things(self) -> Things:
        """Those of the round before, where nothing of them is missing."""
        with tenant_scope(self.tenant.id):
            if self.things and is_whole(self.things, agent_id=self.clerk.agent.id):
                return self.things
        self.things = make(self.tenant, self.clerk)
        return self.things

    def _hold(self, things: Things, scope: HoldScope, seed: int) -> None:
        chance, agent_id = random.Random(seed), self.clerk.agent.id  # noqa: S311
        time.sleep(chance.random() * PAUSE)
        try:
            with tenant_scope(self.tenant.id):
                over = self._over(things, scope)
                hold = place_hold(actor=self.alice.actor, ground="Case 7", **over)
                if hold.subject_id not in {None, things.subject}:
                    raise NotFoundError(noun="subject")
                before = seen(things, scope, agent_id=agent_id)
        except REFUSALS:  # what it should be over was erased, spoiled or called otherwise first
            self.done["too late to hold"] += 1
            return
        time.sleep(chance.random() * PAUSE * 3)
        with tenant_scope(self.tenant.id):
            try:
                lost = seen(things, scope, agent_id=agent_id).lost_since(before)
            except SealBrokenError:
                lost = ["what was sealed"]
            if lost:
                self.losses.append(f"round {self.rounds}, a hold on one {scope}: {lost}")
            release_hold(actor=self.alice.actor, hold=hold, reason="Settled.")
        self.done["held with words"] += bool(before.words)
        self.done["held with steps"] += bool(before.said)

    def _over(self, things: Things, scope: HoldScope) -> dict[str, Any]:
        match scope:
            case HoldScope.MEMORY:
                return {"memory": Memory.objects.get(id=things.memories[0])}
            case HoldScope.SUBJECT:
                return {"subject": Subject.objects.get(id=things.subject).external_id}
            case HoldScope.RUN:
                return {"run": Run.objects.get(id=things.run)}
            case HoldScope.AGENT:
                return {"agent": self.clerk.agent}
            case HoldScope.PERIOD:
                return dict(period())

    def _remove(self, things: Things, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        for _ in range(chance.randint(1, TRIES)):
            time.sleep(chance.random() * PAUSE)
            try:
                a_way(self.tenant, self.alice, things, chance)
            except REFUSALS:
                self.done["refused"] += 1
            else:
                self.done["allowed"] += 1


def _leave() -> None:
    connection.close()
    time.sleep(0.05)  # so that each thread takes one of these


@contextmanager
def without_trigger(name: str, table: str) -> Iterator[None]:
    """A control: what these rounds must then find."""
    for word in ("DISABLE", "ENABLE"):
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} {word} TRIGGER {name}")
        if word == "DISABLE":
            yield
