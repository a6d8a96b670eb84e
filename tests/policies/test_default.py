"""The policy that ships, as data."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from console.platform.ids import uuid7
from memory.policies import decide
from memory.policies.default import DEFAULT_POLICY
from memory.policies.in_force import shipped_policy
from memory.policies.parse import parse_policy
from tests.policies.conftest import NOBODY, a_finding, facts

VECTOR = Path(__file__).resolve().parents[1] / "vectors" / "default_policy.json"


def test_the_policy_that_ships_is_the_one_we_froze():
    assert DEFAULT_POLICY.as_json() == json.loads(VECTOR.read_text())


def test_what_ships_can_be_saved_as_it_stands():
    assert parse_policy(DEFAULT_POLICY.as_json()) == DEFAULT_POLICY


def test_an_ordinary_write_takes_effect():
    ruling = decide(shipped_policy(), facts())
    assert (ruling.effect, ruling.reasons, ruling.risk, ruling.policy) == ("approve", (), 0.0, 0)


LOW = {"write": {"confidence": 0.5}}
SURE = {"write": {"confidence": 0.8}}
NEW = {"trusted": False, "standing": 4}
PROVEN = {"trusted": False, "standing": 5}
PLANTED = {"findings": [a_finding(severity="quarantine")]}
SECRET = {"findings": [a_finding("secret", "note")]}
PROBE = {"findings": [a_finding("secret_probe", "note")]}


@pytest.mark.parametrize(
    ("asked", "effect", "reason", "risk"),
    [
        (LOW, "review", ("low_confidence", "Its confidence 0.5 is below 0.8."), 0.5),
        (SURE, "approve", None, 0.0),
        (NEW, "review", ("unknown_agent", "scribe is new here: its first writes wait."), 0.4),
        (PROVEN, "approve", None, 0.0),
        ({"findings": [a_finding()]}, "review", ("odd", "It is odd."), 0.5),
        ({"findings": [a_finding(severity="note")]}, "approve", None, 0.0),
        (PLANTED, "quarantine", ("odd", "It is odd."), 0.9),
        ({"write": {"key": "identity.name"}}, "review", ("protected_key", None), 0.7),
        ({"write": {"key": "goal"}}, "review", ("protected_key", None), 0.7),
        ({"write": {"key": "goals"}}, "approve", None, 0.0),
        (SECRET, "review", ("secret", None), 0.7),
        (PROBE, "approve", None, 0.0),
    ],
)
def test_what_ships_holds_what_a_person_should_see(asked, effect, reason, risk):
    asked = dict(asked)
    actor = replace(NOBODY, trusted=asked.pop("trusted", True))
    ruling = decide(shipped_policy(), facts(actor=actor, **asked))
    assert ruling.effect == effect
    assert ruling.risk == risk
    if reason is None:
        assert ruling.reasons == ()
    else:
        [given] = ruling.reasons
        assert given.code == reason[0]
        assert given.detail == (reason[1] or given.detail)


def test_a_contradiction_names_the_memory():
    memory_id = uuid7()
    ruling = decide(shipped_policy(), facts(contradicts=memory_id))
    assert ruling.reasons[0].detail == f"It contradicts the approved memory {memory_id}."


def test_secrets_are_taken_out():
    ruling = decide(shipped_policy(), facts(findings=[a_finding("secret", "note")]))
    assert ruling.redacts("secret")
