"""Whatever happens at the same time, nothing that is held is lost.

`python -m benchmarks legal_holds` runs 10,000 rounds; here are as many as CI has time for.
"""

import pytest

from tests.holds.interleaving import Interleaving, without_trigger

ROUNDS = 60
CONTROL = 400


def test_nothing_held_is_lost_in_random_interleavings(committed_db):
    made = Interleaving(seed=7)
    made.go(ROUNDS)
    assert made.losses == []
    assert made.done["held with words"] > ROUNDS / 10
    assert made.done["held with steps"] > ROUNDS / 10
    assert made.done["allowed"] > ROUNDS / 10
    assert made.done["refused"] > ROUNDS / 10


@pytest.mark.parametrize(
    ("name", "table"), [("held_words", "memory_sealedcontent"), ("held_gone", "audit_span")]
)
def test_control_without_a_trigger_the_loss_is_seen(committed_db, name, table):
    with without_trigger(name, table):
        made = Interleaving(seed=11)
        while not made.losses and made.rounds < CONTROL:
            made.go(20)
    assert made.losses
