from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from memory.models import LifecycleSetting
from tests.api.door import door_of, field_codes, problem_of

PATH = "settings/lifecycle"


def test_alice_sets_the_rules_and_dana_reads_who_did(acme, alice, dana):
    before = door_of(dana).get(PATH).json()
    assert (before["rules"], before["set_by"]) == (before["defaults"], None)
    body = {"rules": {"budget_per_subject": 500, "refresh_share": 0.25}, "reason": "less"}
    assert door_of(alice).post(PATH, body).status_code == 200
    told = door_of(dana).get(PATH).json()
    assert told["rules"] == before["defaults"] | body["rules"]
    assert (told["reason"], told["set_by"]["label"]) == ("less", alice.actor.label)
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="lifecycle.rules_set")
        assert event.payload["after"]["budget_per_subject"] == 500


def test_a_rule_that_does_not_hold_changes_nothing(acme, alice, dana, robo):
    for rules, codes in (
        ({"refresh_share": 1.5}, {"rules.refresh_share": "out_of_range"}),
        ({"budget_per_subject": 1.5}, {"rules.budget_per_subject": "wrong_type"}),
        ({"budget_per_subjct": 1}, {"rules.budget_per_subjct": "unknown_field"}),
    ):
        problem = problem_of(door_of(alice).post(PATH, {"rules": rules}), 422, "invalid")
        assert field_codes(problem) == codes
    for other in (dana, robo):
        problem_of(door_of(other).post(PATH, {"rules": {}}), 403, "not_permitted")
    with tenant_scope(acme.id):
        assert not LifecycleSetting.objects.exists()
