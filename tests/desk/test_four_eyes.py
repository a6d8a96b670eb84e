"""One person never both prepares and approves a request, by any path."""

import random
import secrets
from unittest.mock import patch

import pytest

from console.accounts.permissions import Role
from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from memory.desk import set_desk
from tests.cast import a_person, an_agent
from tests.desk.four_eyes import FourEyes

SEQUENCES = 60  # `python -m benchmarks four_eyes` walks 10,000


@pytest.fixture
def walk(committed_db):
    acme = create_tenant(slug="acme", name="Acme")
    people = [
        a_person(acme, "alice", Role.OWNER),
        a_person(acme, "bob", Role.REVIEWER),
        a_person(acme, "erin", Role.REVIEWER),
    ]
    with tenant_scope(acme.id):
        set_desk(actor=people[0].actor, form_open=True)
    chance = random.Random(secrets.randbits(32))  # noqa: S311 - no secret
    return FourEyes(acme, people, an_agent(acme, "robo"), chance)


def test_nobody_is_both_in_random_sequences(walk):
    walk.go(SEQUENCES)
    assert walk.violations == []
    assert walk.done["approve"] > 3
    assert walk.refused["approve: own_proposal"] > 3


def test_nor_where_the_verb_forgets_to_look_for_the_database_does(walk):
    with patch("memory.desk.approval.why_not_approve", return_value=""):
        walk.go(SEQUENCES)
    hands = [one for one in walk.violations if "approve" not in one and "sql" not in one]
    assert hands == []
    assert walk.refused["approve: IntegrityError"] > 3
