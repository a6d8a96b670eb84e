"""The policy over the API: alice saves, tries and switches on; others read or see nothing."""

import pytest

from console.tenancy.scope import tenant_scope
from memory.models import PolicyActivation, PolicyVersion
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import remember
from tests.policies.conftest import a_rule

ON_DOCUMENTS = a_rule("documents", "write.kind == 'document'", because="Documents wait.")


@pytest.fixture
def saved(alice):
    body = {"rules": [ON_DOCUMENTS], "lifetimes": {"kinds": {"event": "30d"}}, "comment": "one"}
    response = door_of(alice).post("policies", body)
    assert response.status_code == 201
    return response.json()


def test_what_ships_is_read_as_number_0(dana):
    current = door_of(dana).get("policies/current").json()
    assert (current["number"], current["in_force"], current["created_by"]) == (0, True, None)
    assert current["activation"]["activated_by"] is None
    shipped = door_of(dana).get("policies/0").json()
    assert [rule["name"] for rule in shipped["rules"]][-1] == "unknown_agent"
    assert shipped["lifetimes"]["tiers"] == {"working": "1d"}


def test_a_saved_version_is_answered_whole_and_not_in_force(alice, saved):
    assert (saved["number"], saved["in_force"], saved["comment"]) == (1, False, "one")
    assert saved["rules"] == [ON_DOCUMENTS]
    assert saved["lifetimes"]["kinds"]["event"] == "30d"
    assert saved["lifetimes"]["kinds"]["fact"] == "180d"
    assert saved["created_by"]["id"] == str(alice.user.id)
    assert door_of(alice).get("policies/1").json() == saved


def test_it_is_tried_switched_on_and_rules(alice, robo, saved):
    door = door_of(alice)
    held = remember(robo, kind="document")
    tried = door.post("policies/1/dry-run", {"writes": 10}).json()
    assert (tried["policy"], tried["looked_at"], tried["held"]) == (1, 1, 1)
    assert tried["differences"][0]["memory_id"] == str(held.id)
    answer = door.post("policies/1/activate", {"instead_of": 0, "comment": "go"})
    assert answer.json()["activated_by"]["id"] == str(alice.user.id)
    assert door.get("policies/current").json()["number"] == 1
    body = {"content": "The manual.", "kind": "document"}
    written = door_of(robo).post("memories", body)
    assert written.status_code == 202
    assert written.json()["reasons"] == [{"code": "documents", "detail": "Documents wait."}]


def test_the_versions_are_listed_newest_first_page_by_page(alice, dana, saved):
    door_of(alice).post("policies", {"rules": []})
    door = door_of(dana)
    page = door.get("policies?limit=1").json()
    assert [row["number"] for row in page["results"]] == [2]
    rest = door.get(f"policies?limit=1&cursor={page['next_cursor']}").json()
    assert [(row["number"], row["in_force"]) for row in rest["results"]] == [(1, False)]


REFUSED = {
    "a typo": ([a_rule(when="write.kindd == 'x'")], {"rules.0.when": "invalid_condition"}),
    "an unknown effect": ([a_rule(effect="allow")], {"rules.0.effect": "invalid"}),
    "no object": (["x"], {"rules.0": "invalid"}),
    "a large one": ([a_rule(when="x" * 9_000)], {"rules.0": "too_long"}),
    "no list": ({}, {"rules": "wrong_type"}),
    "too many": ([a_rule(f"r{n}") for n in range(51)], {"rules": "too_long"}),
}


@pytest.mark.parametrize(("rules", "codes"), REFUSED.values(), ids=REFUSED)
def test_a_policy_that_does_not_hold_is_refused_field_by_field(acme, alice, rules, codes):
    problem = problem_of(door_of(alice).post("policies", {"rules": rules}), 422, "invalid")
    told = field_codes(problem)
    assert codes.items() <= {name.rstrip("."): code for name, code in told.items()}.items()
    with tenant_scope(acme.id):
        assert not PolicyVersion.objects.exists()


def test_a_condition_that_fails_is_told_with_line_and_column(alice):
    rules = [a_rule(when="true &&\n write.kindd == 'x'")]
    problem = door_of(alice).post("policies", {"rules": rules}).json()
    assert problem["errors"][0]["detail"].startswith("Line 2, column 7: ")


def test_who_saw_another_policy_in_force_is_told(alice, saved):
    answer = door_of(alice).post("policies/1/activate", {"instead_of": 4})
    problem_of(answer, 409, "another_policy")


def test_only_the_owner_changes_it_and_readers_and_agents_see_nothing(
    acme, alice, bob, carol, dana, robo, saved
):
    for person in (bob, dana):
        assert door_of(person).get("policies/1").status_code == 200
        assert door_of(person).post("policies/1/dry-run", {}).status_code == 200
        problem_of(door_of(person).post("policies", {"rules": []}), 403, "not_permitted")
        problem_of(door_of(person).post("policies/1/activate", {}), 403, "not_permitted")
    for stranger in (carol, robo):
        problem_of(door_of(stranger).get("policies/current"), 403, "not_permitted")
    with tenant_scope(acme.id):
        assert not PolicyActivation.objects.exists()


def test_another_tenant_has_no_such_version(mallory, saved):
    for number in (1, 99_999_999_999):
        problem_of(door_of(mallory).get(f"policies/{number}"), 404, "not_found")
    problem_of(door_of(mallory).post("policies/1/activate", {}), 404, "not_found")
    assert door_of(mallory).get("policies").json()["results"] == []


def test_a_rejected_write_is_refused_and_the_refusal_is_recorded(alice, robo, dana):
    rule = a_rule("short", "write.size < 5", effect="reject", because="Too short to mean much.")
    door_of(alice).post("policies", {"rules": [rule]})
    door_of(alice).post("policies/1/activate", {})
    answer = door_of(robo).post("memories", {"content": "no", "subject": "customer-1"})
    assert problem_of(answer, 422, "rejected_by_policy")["detail"] == "Too short to mean much."
    batch = {"memories": [{"content": "no"}, {"content": "long enough"}]}
    results = door_of(robo).post("memories/batch", batch).json()["results"]
    assert [row["status"] for row in results] == [422, 201]
    events = door_of(dana).get("audit/events?kind=request.refused").json()["results"]
    assert [event["reason"] for event in events] == ["rejected_by_policy"] * 2


def test_a_review_tells_what_the_policy_asks_and_the_first_approval_leaves_it_open(
    alice, bob, robo
):
    rule = a_rule("doubles", approvals=2, queue="security", priority="urgent", because="Look.")
    door_of(alice).post("policies", {"rules": [rule]})
    door_of(alice).post("policies/1/activate", {})
    remember(robo)
    [review] = door_of(bob).get("reviews?queue=security").json()["results"]
    asked = [review[name] for name in ("queue", "priority", "approvals_needed")]
    assert asked == ["security", "urgent", 2]
    assert door_of(bob).get("reviews?queue=billing").json()["results"] == []
    address, body = f"reviews/{review['id']}/decide", {"decision": "approve", "reason": "accurate"}
    assert door_of(bob).post(address, body).json()["status"] == "open"
    problem_of(door_of(bob).post(address, body), 409, "wrong_state")
    assert door_of(alice).post(address, body).json()["status"] == "approved"
