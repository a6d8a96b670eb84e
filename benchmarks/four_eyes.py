"""How often one person both prepared and approved a request, by any path: never.

10,000 random sequences (MNEMOSCOPE_BENCH_FOUR_EYES says otherwise) on a server of its own. The
control does without the verb's look and the database's constraint, and must be caught.
"""

import os
import random
import secrets
import sys
from unittest.mock import patch

from django.db import connections

from benchmarks.held_memory import a_database
from benchmarks.table import Table
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from memory.desk import set_desk
from tests.cast import a_person, an_agent
from tests.desk.four_eyes import FourEyes

SEQUENCES = int(os.environ.get("MNEMOSCOPE_BENCH_FOUR_EYES", "10000"))
CONTROL = 200
TOLD_EVERY = 500
SHOWN = 10


def a_walk() -> FourEyes:
    """With people of its own."""
    seed = secrets.randbits(32)
    print(f"four_eyes: seed {seed}", file=sys.stderr)
    acme = create_tenant(slug=f"acme-{secrets.token_hex(3)}", name="Acme")
    people = [
        a_person(acme, "alice", Role.OWNER),
        a_person(acme, "bob", Role.REVIEWER),
        a_person(acme, "erin", Role.REVIEWER),
    ]
    with tenant_scope(acme.id):
        set_desk(actor=people[0].actor, form_open=True)
    return FourEyes(acme, people, an_agent(acme, "robo"), random.Random(seed))  # noqa: S311 - no secret


def main() -> Table:
    """Raises RuntimeError when the control is not caught: the count would mean nothing."""
    table = Table("Requests that one person both prepared and approved", "none")
    with a_database():
        made = a_walk()
        while made.sequences < SEQUENCES:
            made.go(min(TOLD_EVERY, SEQUENCES - made.sequences))
            told = f"{made.sequences}, violations {len(made.violations)}"
            print(f"four_eyes: {told}", file=sys.stderr)
        control = without_either()
    for violation in made.violations[:SHOWN]:
        print(violation, file=sys.stderr)
    if not control.violations:
        raise RuntimeError("The walk does not see one person who is both.")
    table.add("sequences", made.sequences, "")
    table.add("steps taken", made.done.total(), "")
    table.add("steps refused", made.refused.total(), "")
    table.add("approvals", made.done["approve"], "")
    table.add("approvals of one's own that were refused", made.refused["approve: own_proposal"], "")
    table.add("one person who was both", len(made.violations), "")
    table.add(f"control: without either guard, of {CONTROL}", len(control.violations), "")
    return table


def without_either() -> FourEyes:
    """The last of the run: the constraint is not put back."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "ALTER TABLE memory_subjectrequest"
            " DROP CONSTRAINT request_is_approved_by_another_person"
        )
    connections["owner"].close()
    control = a_walk()
    with patch("memory.desk.approval.why_not_approve", return_value=""):
        control.go(CONTROL)
    return control
