"""How a tenant ranks: who may say, what may be said, and what stays on record."""

import pytest

from audit.models import AuditEvent
from audit.trail import append
from console.platform.errors import InvalidInputError, NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.actions import set_recall_weights
from memory.models import RecallSetting
from memory.retrieval.setting import weights_in_force
from memory.retrieval.weights import RecallWeights


def test_alice_changes_the_ranking_and_both_settings_are_on_record(in_acme, alice):
    set_recall_weights(actor=alice.actor, weights=RecallWeights(recency=0.3), reason="news")
    made = set_recall_weights(actor=alice.actor, weights=RecallWeights(recency=0.6))
    assert weights_in_force() == RecallWeights(recency=0.6)
    assert RecallSetting.objects.count() == 2
    event = AuditEvent.objects.get(kind="recall.weights_set", object_id=made.id)
    assert (event.payload["before"]["recency"], event.payload["after"]["recency"]) == (0.3, 0.6)


def test_without_a_choice_the_defaults_hold_and_another_tenants_choice_is_none(acme, globex, alice):
    with tenant_scope(acme.id):
        set_recall_weights(actor=alice.actor, weights=RecallWeights(recency=0.9))
    with tenant_scope(globex.id):
        assert weights_in_force() == RecallWeights()


@pytest.mark.parametrize("name", ["bob", "dana", "carol", "robo"])
def test_nobody_but_an_owner_changes_it(in_acme, request, name):
    actor = request.getfixturevalue(name).actor
    with pytest.raises(NotPermittedError):
        set_recall_weights(actor=actor, weights=RecallWeights())
    assert not RecallSetting.objects.exists()
    assert not AuditEvent.objects.filter(kind="recall.weights_set").exists()


@pytest.mark.parametrize("weight", [-0.01, 10.01, float("nan"), float("inf")])
def test_a_weight_lies_within_its_bounds(weight):
    with pytest.raises(InvalidInputError) as refused:
        RecallWeights(approval=weight)
    assert refused.value.problems[0].field == "approval"


def test_a_row_of_another_release_still_ranks(in_acme, alice):
    made = set_recall_weights(actor=alice.actor, weights=RecallWeights(recency=0.3))
    values = {"weights": {"recency": 0.3, "moon": 1}, "set_by_kind": "user"}
    row = RecallSetting.objects.create(**values, set_by_id=made.set_by_id, set_by_label="alice")
    append(actor=alice.actor, kind="recall.weights_set", object_id=row.id)
    assert weights_in_force() == RecallWeights(recency=0.3)
