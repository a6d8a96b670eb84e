"""Whoever holds the database and no key reads nothing that a memory says."""

import psycopg
import pytest

from console.accounts.models import Subject
from console.accounts.permissions import Role
from console.tenancy.scope import tenant_scope
from memory.actions import name_subject
from tests.api.door import door_of
from tests.cast import a_person, an_agent
from tests.database import DATABASE
from tests.signing.signer import a_signer

SECRETS = ("tea", "kiel", "noted", "rum", "weber", "hunter2", "parrot", "lisbon")


@pytest.fixture
def used(stored):
    """acme after a day's work through the doors: signed, held, redacted, repeated, recalled."""
    robo, rookie = an_agent(stored, "second"), an_agent(stored, "third", trusted=False)
    bob = a_person(stored, "bob", Role.OWNER)
    with tenant_scope(stored.id):
        mia = Subject.objects.get(external_id="mia")
        name_subject(actor=bob.actor, subject=mia, names=["Mia Weber"])
    door = door_of(robo)
    signed = a_signer(robo).signed({"content": "Likes rum.", "value": {"pet": "parrot"}})
    answers = [
        door.post("memories", signed, Idempotency_Key="one"),
        door.post("memories", {"content": "The password is hunter2.", "source": "lisbon"}),
        door_of(rookie).post("memories", {"content": "Mia Weber likes rum.", "subject": "jonas"}),
        door.post("recall", {"query": "rum in Lisbon"}),
        door_of(bob).post("snapshots", {"name": "monday"}),
    ]
    assert {answer.status_code for answer in answers} <= {200, 201, 202}, answers
    return stored


def test_at_rest_nothing_a_memory_says_can_be_read(used, postgres):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        tables = superuser.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        kept = {
            table: str(superuser.execute(f"SELECT t::text FROM {table} t").fetchall()).lower()
            for (table,) in tables
        }
    assert len(kept["memory_sealedcontent"]) > 1_000
    told = {(table, word) for table, text in kept.items() for word in SECRETS if word in text}
    assert told == set()
    assert [table for table, text in kept.items() if "jonas" in text] == ["accounts_subject"]
