from console.tenancy.scope import tenant_scope
from memory.retention.rules import rules_in_force
from tests.api.door import door_of, problem_of
from tests.cast import a_memory

RULES = {"memories": [{"data_class": "personal", "age_days": 30}], "traces": {"content_days": 7}}


def test_alice_simulates_reads_and_confirms(acme, alice, dana, robo):
    a_memory(robo, subject="customer-7")
    door = door_of(alice)
    made = door.post("retention/reports", RULES | {"reason": "law"})
    assert made.status_code == 201
    report = made.json()
    [line] = [line for line in report["lines"] if line["store"] == "end"]
    assert (line["rule"], line["data_class"], line["count"]) == ("personal data", "personal", 0)
    assert line["next_at"] is not None
    assert door_of(dana).get(f"retention/reports/{report['id']}").json() == report
    assert door.get("retention").json()["memories"] == []
    confirmed = door.post(f"retention/reports/{report['id']}/confirm")
    assert confirmed.json()["memories"][0]["age_days"] == 30
    assert confirmed.json()["traces"]["content_days"] == 7
    assert door.get("retention").json() == confirmed.json()
    problem_of(door.post(f"retention/reports/{report['id']}/confirm"), 409, "conflict")
    [listed] = door.get("retention/reports").json()["results"]
    assert listed["id"] == report["id"]


def test_a_rule_without_days_is_refused_and_nobody_else_may(acme, alice, bob, dana, robo):
    body = {"memories": [{"kind": "fact"}]}
    problem_of(door_of(alice).post("retention/reports", body), 422, "invalid")
    for other in (bob, dana, robo):
        problem_of(door_of(other).post("retention/reports", RULES), 403, "not_permitted")
    with tenant_scope(acme.id):
        assert rules_in_force().memories == ()


def test_events_are_kept_for_half_a_year_at_the_least(acme, alice):
    door = door_of(alice)
    assert door.get("retention").json()["event_days"] is None
    problem_of(door.post("retention/reports", {"event_days": 179}), 422, "invalid")
    report = door.post("retention/reports", {"event_days": 180}).json()
    [line] = [line for line in report["lines"] if line["store"] == "events"]
    assert (line["rule"], line["count"], line["waiting"], line["reason"]) == ("180 days", 0, 0, "")
    door.post(f"retention/reports/{report['id']}/confirm")
    assert door.get("retention").json()["event_days"] == 180
    report = door.post("retention/reports", {}).json()
    assert all(line["store"] != "events" for line in report["lines"])
    door.post(f"retention/reports/{report['id']}/confirm")
    assert door.get("retention").json()["event_days"] is None
