"""50 reviewers on 10,000 items at once: nobody's work is done twice, and none of it is lost.

Threads with connections of their own, under the app role. Each takes the next item and decides it
until nothing is open; ten of them vanish with an item in hand, which comes back when its lease
ends. The control hands out items without a lock, and must be caught handing one to two people.
MNEMOSCOPE_BENCH_ITEMS makes it smaller.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from time import perf_counter, sleep
from unittest.mock import patch
from uuid import UUID

from django.db import connection

from benchmarks.database import embedded_database
from benchmarks.table import Table, percentile
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.clock import now
from console.platform.errors import ConflictError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions import claim_next, decide_review, release_claim, write_memories
from memory.models import ReviewDecision, ReviewItem, ReviewStatus
from memory.reviews.decisions import Decision
from memory.reviews.order import ranked
from tests.cast import Machine, Person, a_person, a_write, an_agent

ITEMS = int(os.environ.get("MNEMOSCOPE_BENCH_ITEMS", "10000"))
REVIEWERS = 50
VANISH = 10
CONTROL_ITEMS = 200
AGENTS = 20
BATCH = 100
ALONE = 200
# Longer than a decision takes with 50 at once on two cores, and short enough to wait for.
LEASE = timedelta(seconds=20)


@dataclass(slots=True)
class Shift:
    """What happened, as those at the desk saw it. Each holding is from, until and by whom."""

    holdings: dict[UUID, list[tuple[datetime, datetime, UUID]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    taken: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)
    vanished_with: set[UUID] = field(default_factory=set)
    refused: int = 0
    seconds: float = 0

    @property
    def handed_to_two(self) -> int:
        """Items that somebody was given while another still held them."""
        return sum(
            any(
                later[0] < earlier[1] for earlier, later in pairwise(held) if earlier[2] != later[2]
            )
            for held in (sorted(one) for one in self.holdings.values())
        )


class Desk:
    def __init__(self, slug: str, items: int) -> None:
        self.tenant: Tenant = create_tenant(slug=slug, name=slug)
        agents = [an_agent(self.tenant, f"{slug}-{n}", trusted=False) for n in range(AGENTS)]
        self.people = [
            a_person(self.tenant, f"reviewer-{n}", Role.REVIEWER) for n in range(REVIEWERS)
        ]
        for start in range(0, items, BATCH):
            self._post(agents[start // BATCH % AGENTS], range(start, min(start + BATCH, items)))

    def _post(self, agent: Machine, numbers: range) -> None:
        writes = [a_write(f"Customer {n} asked for offer {n * 7919}.") for n in numbers]
        with tenant_scope(self.tenant.id):
            write_memories(actor=agent.actor, writes=writes)

    def work(self, *, vanish: int = 0) -> Shift:
        """All of them at once, until nothing is open."""
        shift, lock = Shift(), threading.Lock()
        start = threading.Barrier(REVIEWERS + 1)

        def sit(person: Person, *, vanishes: bool) -> None:
            start.wait()
            try:
                self._work(person, shift, lock, vanishes=vanishes)
            finally:
                connection.close()

        threads = [
            threading.Thread(target=sit, args=(person,), kwargs={"vanishes": number < vanish})
            for number, person in enumerate(self.people)
        ]
        for thread in threads:
            thread.start()
        start.wait()
        began = perf_counter()
        for thread in threads:
            thread.join()
        shift.seconds = perf_counter() - began
        return shift

    def _work(self, person: Person, shift: Shift, lock: threading.Lock, *, vanishes: bool) -> None:
        while True:
            began = perf_counter()
            with tenant_scope(self.tenant.id):
                review = claim_next(actor=person.actor, lease=LEASE)
            took = perf_counter() - began
            if review is None:
                if not self.open():
                    return
                sleep(1)  # others hold what is left
                continue
            until = review.claimed_until or now()
            with lock:
                shift.taken.append(took)
                shift.holdings[review.id].append((until - LEASE, until, person.user.id))
            if vanishes:
                with lock:
                    shift.vanished_with.add(review.id)
                return
            began = perf_counter()
            try:
                with tenant_scope(self.tenant.id):
                    decide_review(
                        actor=person.actor,
                        review=review,
                        decision=Decision.APPROVE,
                        reason="accurate",
                    )
            except ConflictError:
                with lock:
                    shift.refused += 1
                continue
            with lock:
                shift.decided.append(perf_counter() - began)

    def open(self) -> int:
        with tenant_scope(self.tenant.id):
            return ReviewItem.objects.filter(status=ReviewStatus.OPEN).count()

    def decisions(self) -> list[UUID]:
        with tenant_scope(self.tenant.id):
            return list(ReviewDecision.objects.values_list("review_id", flat=True))

    def alone(self) -> list[float]:
        """One reviewer who takes the next and gives it back, with all items open."""
        person, times = self.people[0], []
        for _ in range(ALONE):
            began = perf_counter()
            with tenant_scope(self.tenant.id):
                review = claim_next(actor=person.actor)
            times.append(perf_counter() - began)
            if review is not None:
                with tenant_scope(self.tenant.id):
                    release_claim(actor=person.actor, review=review)
        return times


@contextmanager
def unlocked() -> Iterator[None]:
    """Next as one writes it first: the order is looked up, and nothing is locked."""

    def first(_actor: object, _among: object, at: datetime) -> ReviewItem | None:
        waiting = ReviewItem.objects.filter(status=ReviewStatus.OPEN)
        free = waiting.filter(claimed_until__isnull=True) | waiting.filter(claimed_until__lte=at)
        return ranked(free, at).first()

    with patch("memory.actions.claim.lock_next", first):
        yield


def main() -> Table:
    """Raises RuntimeError when the control is not caught, or an item was lost or decided twice."""
    table = Table(
        f"{REVIEWERS} reviewers on {ITEMS:,} items at once",
        f"the same on {CONTROL_ITEMS} items without a lock",
    )
    with embedded_database():
        control_desk = Desk("control", CONTROL_ITEMS)
        with unlocked():
            control = control_desk.work()
        if not control.handed_to_two:
            raise RuntimeError("The control handed nothing to two people: the count means nothing.")
        desk = Desk("desk", ITEMS)
        times = desk.alone()
        shift = desk.work(vanish=VANISH)
        decisions, still_open = desk.decisions(), desk.open()
    twice = len(decisions) - len(set(decisions))
    lost = ITEMS - len(set(decisions))
    if twice or lost or still_open:
        raise RuntimeError(f"{twice} decided twice, {lost} lost, {still_open} still open.")
    if shift.handed_to_two or not shift.vanished_with <= set(decisions):
        raise RuntimeError("A lease was not honoured, or an item did not come back after one.")
    table.add("items decided", len(decisions), "")
    table.add("decided twice", twice, "")
    table.add("lost", lost, "")
    table.add("handed to two people at once", shift.handed_to_two, "", float(control.handed_to_two))
    table.add("decisions refused: another was first", shift.refused, "", float(control.refused))
    table.add("came back from those who vanished", len(shift.vanished_with), "")
    table.add("decisions", len(decisions) / shift.seconds, "/s")
    table.add(f"next, one reviewer, {ITEMS:,} open, p95", 1000 * percentile(times, 95), "ms")
    table.add("next, 50 at once, p95", 1000 * percentile(shift.taken, 95), "ms")
    table.add("decision, 50 at once, p95", 1000 * percentile(shift.decided, 95), "ms")
    return table
