"""Rules of spans and their replay, over the API."""

import pytest

from audit.models import TraceReplay, TraceRuleSet
from audit.tasks import replay_traces_in
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, field_codes, problem_of
from tests.rules.test_replay import arrive

TRACES = "settings/traces/"
MAPPING = {"rules": [{"attribute": "acme.step", "kinds": {"llm": "model"}}]}
REDACTION = {"rules": [{"name": "Cards", "pattern": "4[0-9]{15}", "action": "mask"}]}
PRICES = {"rows": [{"model": "house-*", "input": 0.1, "output": 2.5, "valid_from": "2026-03-01"}]}


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("mapping", MAPPING, {"rules": [MAPPING["rules"][0] | {"concept": None}]}),
        (
            "redaction",
            REDACTION | {"off": ["cookies"]},
            {"rules": [REDACTION["rules"][0] | {"attributes": ["*"]}], "off": ["cookies"]},
        ),
        (
            "prices",
            PRICES | {"shipped": False},
            {
                "rows": [
                    PRICES["rows"][0] | {"provider": "*", "cache_read": None, "cache_write": None}
                ],
                "shipped": False,
            },
        ),
    ],
)
def test_alice_sets_rules_and_dana_reads_who_did(alice, dana, kind, body, told):
    before = door_of(dana).get(TRACES + kind).json()
    assert (before["version"], before["set_by"]) == (0, None)
    sent = body | {"version": 0, "reason": "ours"}
    answer = door_of(alice).post(TRACES + kind, sent)
    assert answer.status_code == 200
    after = door_of(dana).get(TRACES + kind).json()
    assert after == answer.json()
    assert {name: after[name] for name in told} == told
    assert (after["version"], after["reason"]) == (1, "ours")
    assert after["set_by"]["label"] == alice.actor.label
    problem_of(door_of(alice).post(TRACES + kind, sent), 409, "conflict")


@pytest.mark.parametrize(
    ("kind", "body", "codes"),
    [
        ("mapping", {"rules": [{"attribute": "a"}]}, {"rules.0.concept": "blank"}),
        (
            "mapping",
            {"rules": [{"attribute": "a", "kinds": {"x": "nonsense"}}]},
            {"rules.0.kinds": "invalid_choice"},
        ),
        (
            "mapping",
            {"rules": [{"attribute": "a", "concept": "usage"}]},
            {"rules.0.concept": "invalid_choice"},
        ),
        (
            "redaction",
            {"rules": [{"name": "n", "pattern": "(a", "action": "mask"}]},
            {"rules.0.pattern": "bad_pattern"},
        ),
        ("redaction", {"rules": [], "off": ["everything"]}, {"off.0": "invalid_choice"}),
        (
            "prices",
            {"rows": [{"model": "m", "input": -1, "output": 1}]},
            {"rows.0.input": "out_of_range"},
        ),
        (
            "prices",
            {"rows": [{"model": "m", "input": "1", "output": 1}]},
            {"rows.0.input": "wrong_type"},
        ),
        (
            "prices",
            {"rows": [{"model": "m", "input": 1, "output": 1, "valid_from": 7}]},
            {"rows.0.valid_from": "wrong_type"},
        ),
    ],
)
def test_what_does_not_hold_changes_nothing(acme, alice, kind, body, codes):
    answer = door_of(alice).post(TRACES + kind, body | {"version": 0})
    assert field_codes(problem_of(answer, 422, "invalid")) == codes
    with tenant_scope(acme.id):
        assert not TraceRuleSet.objects.exists()


def test_the_list_prices_are_told_beside_the_tenants_own(dana):
    told = door_of(dana).get(f"{TRACES}prices").json()
    assert told["list_prices_of"] > "2026-01-01"
    assert {"gpt-4o-mini, gpt-4o-mini-20*"} <= {row["model"] for row in told["list_prices"]}


def test_alice_sets_the_retention_and_dana_reads_it(alice, dana):
    answer = door_of(alice).post(f"{TRACES}retention", {"days": {"content_days": 7}})
    assert answer.json()["days"]["content_days"] == 7
    assert door_of(dana).get(f"{TRACES}retention").json()["days"]["span_days"] == 90
    wrong = door_of(alice).post(f"{TRACES}retention", {"days": {"span_days": 7}})
    problem_of(wrong, 422, "invalid")


def test_alice_previews_begins_and_follows_a_replay(acme, alice, dana):
    arrive(acme, 3)
    door_of(alice).post(f"{TRACES}mapping", MAPPING | {"version": 0})
    preview = door_of(dana).get("trace-replays/preview?newest=2").json()
    assert preview == {"looked_at": 2, "changed": 2, "without_content": 0}
    begun = door_of(alice).post("trace-replays", {"reason": "ours"})
    assert begun.status_code == 202
    assert begun.json()["state"] == "going_on"
    problem_of(door_of(alice).post("trace-replays", {}), 409, "conflict")
    replay_traces_in(tenant_id=str(acme.id))
    path = f"trace-replays/{begun.json()['id']}"
    told = door_of(dana).get(path).json()
    assert (told["state"], told["looked_at"], told["changed"]) == ("done", 3, 3)
    assert door_of(dana).get("trace-replays").json()["results"] == [told]
    problem_of(door_of(alice).post(f"{path}/stop", {}), 409, "wrong_state")


def test_alice_stops_a_replay(alice):
    begun = door_of(alice).post("trace-replays", {"days": 3}).json()
    stopped = door_of(alice).post(f"trace-replays/{begun['id']}/stop", {}).json()
    assert stopped["state"] == "stopped"


def test_a_reader_and_an_agent_are_refused_and_another_tenants_replay_is_not_there(
    acme, alice, carol, dana, robo, mallory
):
    begun = door_of(alice).post("trace-replays", {}).json()
    for path in (f"{TRACES}mapping", f"{TRACES}redaction", f"{TRACES}prices", "trace-replays"):
        problem_of(door_of(dana).post(path, {}), 403, "not_permitted")
        for other in (carol, robo):
            problem_of(door_of(other).get(path), 403, "not_permitted")
    for path in (begun["id"], str(uuid7()), "nonsense"):
        problem_of(door_of(mallory).get(f"trace-replays/{path}"), 404, "not_found")
        problem_of(door_of(mallory).post(f"trace-replays/{path}/stop", {}), 404, "not_found")
    with tenant_scope(acme.id):
        assert TraceReplay.objects.get().ended_at is None
        assert not TraceRuleSet.objects.exists()
