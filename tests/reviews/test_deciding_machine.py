"""Whatever several people do one after another, the rules of deciding hold."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from console.accounts.permissions import Role
from memory.actions import activate_policy, save_policy
from tests.cast import a_memory, a_person
from tests.policies.conftest import a_rule
from tests.reviews.deciding_machine import Deciding

WALKS = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    phases=[Phase.generate],  # a walk that fails is told as it is: to shorten it takes minutes
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def cast(in_acme, alice, bob, robo, rookie):
    target = a_memory(robo, "The gate is green.")
    version = save_policy(actor=alice.actor, body={"rules": [a_rule("all_of_it")]})
    activate_policy(actor=alice.actor, version=version)
    return {
        "alice": alice,
        "bob": bob,
        "erin": a_person(in_acme, "erin", Role.REVIEWER),
        "frank": a_person(in_acme, "frank", Role.REVIEWER),
        "rookie": rookie,
        "target": target,
    }


def test_the_rules_of_deciding_hold_whatever_people_do(cast):
    class Walk(Deciding):
        pass

    Walk.cast = cast
    run_state_machine_as_test(Walk, settings=WALKS)
