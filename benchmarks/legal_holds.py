"""What is lost of what somebody holds, while others try to remove it at the same moment: nothing.

10,000 rounds (MNEMOSCOPE_BENCH_HOLDS says otherwise) on a server of its own: expiry, deletion,
erasure, sweeps of retention, dropped days, destroyed keys and SQL as the application's role, on
three connections. The controls do without one of the database's triggers each, and must be caught.
"""

import os
import secrets
import sys
from collections import Counter
from collections.abc import Iterator

from benchmarks.held_memory import a_database
from benchmarks.table import Table
from tests.holds.interleaving import Interleaving, without_trigger

ROUNDS = int(os.environ.get("MNEMOSCOPE_BENCH_HOLDS", "10000"))
CONTROL = 400
A_TIME = 20
OF_A_TENANT = 500
SHOWN = 10
# Each guards another kind of thing.
CONTROLS = {
    "held_words": "memory_sealedcontent",
    "held_state": "memory_memory",
    "held_gone": "audit_span",
    "held_key": "keys_datakey",
}


def main() -> Table:
    """Raises RuntimeError when a control is not caught: the count would mean nothing."""
    table = Table("Held things lost in random interleavings", "none")
    with a_database():
        for trigger, guarded in CONTROLS.items():
            with without_trigger(trigger, guarded):
                control = rounds(CONTROL, until_caught=True)
            if not control.losses:
                raise RuntimeError(f"Nobody missed what went without {trigger} on {guarded}.")
            table.add(f"control: without {trigger} on {guarded}, rounds", control.rounds, "")
        made = list(in_new_tenants(ROUNDS))
    done = sum((one.done for one in made), Counter[str]())
    losses = [loss for one in made for loss in one.losses]
    table.add("rounds", sum(one.rounds for one in made), "")
    for what in sorted(done):
        table.add(what, done[what], "")
    table.add("held things lost", len(losses), "")
    return table


def in_new_tenants(most: int) -> Iterator[Interleaving]:
    """What rounds leave behind makes every statement over the whole of a tenant slower."""
    lost = 0
    for begun in range(0, most, OF_A_TENANT):
        made = rounds(min(OF_A_TENANT, most - begun))
        lost += len(made.losses)
        for loss in made.losses[:SHOWN]:
            print(f"legal_holds: seed {made.seed}, {loss}", file=sys.stderr)
        print(f"legal_holds: {begun + made.rounds}, lost {lost}", file=sys.stderr)
        yield made


def rounds(most: int, *, until_caught: bool = False) -> Interleaving:
    made = Interleaving(secrets.randbits(32))
    print(f"legal_holds: seed {made.seed}, {most} rounds", file=sys.stderr)
    while made.rounds < most and not (until_caught and made.losses):
        made.go(min(A_TIME, most - made.rounds))
    return made
