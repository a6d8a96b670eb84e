import pytest

from console.accounts.permissions import Role
from memory.actions import activate_policy, save_policy
from tests.cast import a_person
from tests.policies.conftest import a_rule


@pytest.fixture
def asked_for_two(in_acme, alice):
    version = save_policy(actor=alice.actor, body={"rules": [a_rule("doubles", approvals=2)]})
    activate_policy(actor=alice.actor, version=version)


@pytest.fixture
def erin(acme):
    return a_person(acme, "erin", Role.REVIEWER)
