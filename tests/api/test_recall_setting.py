import pytest

from console.tenancy.scope import tenant_scope
from memory.models import RecallSetting
from memory.retrieval.weights import RecallWeights
from tests.api.door import door_of, field_codes, problem_of

DEFAULTS = RecallWeights().as_dict()


def test_alice_sets_the_weights_and_dana_reads_who_did(alice, dana):
    before = door_of(dana).get("settings/recall").json()
    assert before["weights"] == before["defaults"] == DEFAULTS
    assert before["set_by"] is None
    body = {"weights": {"recency": 1}, "reason": "news matter"}
    assert door_of(alice).post("settings/recall", body).status_code == 200
    shown = door_of(dana).get("settings/recall").json()
    assert shown["weights"] == DEFAULTS | {"recency": 1.0}
    assert shown["set_by"]["id"] == str(alice.user.id)
    assert shown["reason"] == "news matter"


REFUSED = {
    "too much": ({"weights": {"recency": 11}}, "weights.recency", "out_of_range"),
    "in words": ({"weights": {"recency": "much"}}, "weights.recency", "wrong_type"),
    "an unknown one": ({"weights": {"moon": 1}}, "weights.moon", "unknown_field"),
    "none at all": ({}, "weights", "required"),
    "a long reason": ({"weights": {}, "reason": "x" * 201}, "reason", "too_long"),
}


@pytest.mark.parametrize(("body", "field", "code"), REFUSED.values(), ids=REFUSED)
def test_weights_that_do_not_hold_are_refused(acme, alice, body, field, code):
    problem = problem_of(door_of(alice).post("settings/recall", body), 422, "invalid")
    assert field_codes(problem) == {field: code}
    with tenant_scope(acme.id):
        assert not RecallSetting.objects.exists()


def test_an_agent_neither_reads_nor_sets_them(robo, bob):
    problem_of(door_of(robo).get("settings/recall"), 403, "not_permitted")
    problem_of(door_of(bob).post("settings/recall", {"weights": {}}), 403, "not_permitted")
