"""Somebody pulls the plug on the audit log: `benchmarks/audit_durability.py`, in short."""

import psycopg
import pytest

from benchmarks.audit_durability import CHECKS, await_rest, check, undergo
from tests.instance import Instance, running_instance

pytestmark = pytest.mark.slow
VICTIMS = ["sequencer", "a session of PostgreSQL"]
LOSS = "DELETE FROM audit_auditevent WHERE kind = 'memory.written' AND object_id = %s"
FOUND = "what verify_audit finds"


def test_whatever_is_killed_every_change_has_one_event_and_one_place_in_the_log():
    with running_instance() as instance:
        ordeal = undergo(instance, VICTIMS)
        assert [writer.wrong for writer in ordeal.writers] == [[]] * len(ordeal.writers)
        assert all(writer.acknowledged for writer in ordeal.writers)
        assert sum(writer.repeats for writer in ordeal.writers), "nothing was killed in time"
        await_rest(instance)
        assert check(instance, ordeal.writers) == dict.fromkeys([*CHECKS, FOUND], 0)

        # The check sees what it is there to see.
        first = ordeal.writers[0].acknowledged[0]
        damage(instance, LOSS, first)
        found = check(instance, ordeal.writers)
        assert found["memories without their event, or with two"] == found[FOUND] == 1
        assert found["places of events that are not there"] == 1


def damage(instance: Instance, statement: str, *parameters: str) -> None:
    with psycopg.connect(instance.admin_dsn, dbname="mnemoscope") as database:
        database.execute("SET session_replication_role = replica")
        assert database.execute(statement, parameters).rowcount == 1
