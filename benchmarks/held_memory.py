"""What a random walk over every door brings back of memories that are held: it should be nothing.

10,000 operations in this process, on a server of its own: writes, revisions, decisions and ends by
agents and people, and after each of them reads by those who are no reviewers. The control walks
with a predicate that forgets what is held, and must be caught.
"""

import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.db.models import Q
from django.test.utils import setup_test_environment, teardown_test_environment

from benchmarks.table import Table
from console.accounts.permissions import Role
from console.administration import create_tenant
from memory.models import State
from tests.cast import a_person, an_agent
from tests.database import embedded_postgres, migrate_and_connect
from tests.security.held_walk import Cast, Walk

OPERATIONS = 10_000
CONTROL = 1_200
SHOWN = 10


def a_cast() -> Cast:
    """Tenants of its own for each walk."""
    acme = create_tenant(slug=f"acme-{secrets.token_hex(3)}", name="Acme")
    globex = create_tenant(slug=f"globex-{secrets.token_hex(3)}", name="Globex")
    return Cast(
        robo=an_agent(acme, "robo"),
        rookie=an_agent(acme, "rookie", trusted=False),
        spybot=an_agent(globex, "spybot"),
        alice=a_person(acme, "alice", Role.OWNER),
        bob=a_person(acme, "bob", Role.REVIEWER),
        carol=a_person(acme, "carol", Role.READER),
        mallory=a_person(globex, "mallory", Role.OWNER),
    )


def walk(operations: int) -> Walk:
    made = Walk(secrets.randbits(32), a_cast())
    print(f"held_memory: seed {made.seed}, {operations} operations", file=sys.stderr)
    made.go(operations)
    return made


@contextmanager
def a_database() -> Iterator[None]:
    logging.disable(logging.WARNING)  # a line for each refusal, of thousands
    setup_test_environment()
    try:
        with embedded_postgres() as server:
            migrate_and_connect(server)
            yield
    finally:
        teardown_test_environment()
        logging.disable(logging.NOTSET)


def main() -> Table:
    """Raises RuntimeError when the control is not caught: the count would mean nothing."""
    table = Table("Held memories brought back by any way of reading", "none")
    with a_database():
        forgetful = Q(state__in=[State.ACTIVE, State.PENDING])
        with patch("memory.access.was_in_force", lambda: forgetful):
            caught = walk(CONTROL).leaks
        if not caught:
            raise RuntimeError("The walk does not see a predicate that lets pending ones through.")
        made = walk(OPERATIONS)
    for leak in made.leaks[:SHOWN]:
        print(leak, file=sys.stderr)
    table.add("operations", made.looks + made.moves.total(), "")
    table.add("of them reads by no reviewer", made.looks, "")
    table.add("texts that came back rightly", made.shown, "")
    table.add("held or deleted ones that came back", len(made.leaks), "")
    table.add(f"control: with a broken predicate, of {CONTROL}", len(caught), "")
    return table
