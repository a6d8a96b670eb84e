"""What three tenants see and change of each other's, whatever they do: it should be nothing.

A Hypothesis state machine (`tests.security.walls`) in this process, on a server of its own: every
operation of the API, every page, traces by HTTP and by gRPC, every task, the ORM's verbs and SQL as
the application's role, each on what is another tenant's, with injected settings, roles and contexts
among them. After each turn the rows of the other tenants, as the superuser sees them, must be what
they were; and no answer may hold another tenant's mark. Every few thousand operations begin with
three new tenants.

100,000 operations take about an hour; MNEMOSCOPE_BENCH_OPERATIONS makes it shorter.
"""

import logging
import os
import secrets
import sys
from collections import Counter
from time import monotonic

from django.test.utils import setup_test_environment, teardown_test_environment
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.table import Table
from tests.database import (
    DATABASE,
    embedded_postgres,
    empty_every_table,
    migrate_and_connect,
)
from tests.security.walls.machine import Walls
from tests.security.walls.truth import Truth
from tests.security.walls.walk import Tally, Walk
from tests.security.walls.world import three_houses

OPERATIONS = 100_000
STEPS = 50
# Of one world: what tenants write of their own makes it slower to compare.
OF_A_WORLD = 4_000


def walk_on(truth: Truth, tally: Tally) -> None:
    """In a new world. Raises RuntimeError with the first that was seen or changed."""
    walk = Walk(three_houses(), truth, tally)
    began = tally.kinds.total()
    try:
        while tally.kinds.total() - began < OF_A_WORLD:
            machine = seed(secrets.randbits(64))(type("TheseWalls", (Walls,), {"walk": walk}))
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=40,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
            if walk.leaks:
                raise RuntimeError(f"{len(walk.leaks)} leaks, the first: {walk.leaks[0]}")
    finally:
        walk.close()


def measure(operations: int) -> Table:
    table = Table("Tenants seeing and changing what is others', by random operations", "none")
    tally, worlds, began = Tally(), 0, monotonic()
    with embedded_postgres() as server:
        migrate_and_connect(server)
        truth = Truth(server.dsn(database=DATABASE))
        while tally.kinds.total() < operations:
            walk_on(truth, tally)
            worlds += 1
            done, took = tally.kinds.total(), monotonic() - began
            print(
                f"tenant_walls: {done:,} operations in {took:,.0f} s", file=sys.stderr, flush=True
            )
            empty_every_table()
        truth.close()
    table.add("operations", tally.kinds.total(), "")
    for kind, count in sorted(tally.kinds.items()):
        table.add(f"of them {kind}", count, "")
        table.add(f"refused or not found: {kind}", tally.refused[kind], "")
    for status, count in sorted(tally.statuses.items()):
        table.add(f"doors answered {status}", count, "")
    kinds = Counter(one.partition(" ")[0] for one in tally.asked)
    table.add("different operations", kinds.total(), "")
    table.add("worlds of three tenants", worlds, "")
    table.add("rows seen or changed across", 0, "")  # the first would have been raised
    for failure in sorted(tally.failures):
        print(f"tenant_walls: {failure}", file=sys.stderr)
    return table


def main() -> Table:
    """Raises RuntimeError with whatever was seen or changed."""
    logging.disable(logging.CRITICAL)  # a line for each refusal, of thousands
    setup_test_environment()
    try:
        return measure(int(os.environ.get("MNEMOSCOPE_BENCH_OPERATIONS", OPERATIONS)))
    finally:
        teardown_test_environment()
        logging.disable(logging.NOTSET)
