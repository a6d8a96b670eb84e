"""Audit streams over the API: by owners, read by auditors; what is anchored is read by both."""

import pytest

from audit.anchors import deliver_new
from audit.models import AuditStream
from audit.streams.sending import send_due
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, field_codes, problem_of
from tests.streams.sequenced import a_checkpoint, sequence
from tests.webhooks.receiver import receiving

URL = "https://siem.example.com/mnemoscope"
BODY = {"name": "Our SIEM", "kind": "webhook", "address": URL}


@pytest.fixture
def made(alice):
    response = door_of(alice).post("audit/streams", {**BODY, "begins": "beginning"})
    assert response.status_code == 201, response.content
    return response.json()


def test_alice_adds_one_and_is_told_its_secret_once(alice, made):
    assert made["secret"].startswith("whsec_")
    assert (made["sends"], made["format"], made["with_words"]) == ("events", "json", False)
    [listed] = door_of(alice).get("audit/streams").json()["results"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    assert door_of(alice).get(f"audit/streams/{made['id']}").json() == listed


def test_a_repeated_request_adds_none_and_tells_no_secret(acme, alice):
    door = door_of(alice)
    first, second = (door.post("audit/streams", BODY, Idempotency_Key="a") for _ in range(2))
    assert second["Idempotent-Replayed"] == "true"
    assert second.json() == {**first.json(), "secret": None}
    with tenant_scope(acme.id):
        assert AuditStream.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"address": None}, {"address": "wrong_type"}),
        ({"address": "https://169.254.169.254/"}, {"address": "bad_address"}),
        ({"kind": "syslog"}, {"address": "bad_address"}),
        ({"kind": "syslog", "address": "tcp://10.0.0.1:601"}, {"address": "bad_address"}),
        ({"kind": "smtp"}, {"kind": "invalid_choice"}),
        ({"kind": "timestamp"}, {"sends": "only_checkpoints"}),
        ({"kind": "timestamp", "sends": "checkpoints"}, {"certificates": "required"}),
        ({"certificates": "x"}, {"certificates": "not_used"}),
        ({"with_words": "yes"}, {"with_words": "wrong_type"}),
        ({"secret": "mine"}, {"secret": "unknown_field"}),
    ],
)
def test_what_does_not_hold_is_named(acme, alice, body, codes):
    problem = problem_of(door_of(alice).post("audit/streams", BODY | body), 422, "invalid")
    assert field_codes(problem) == codes
    with tenant_scope(acme.id):
        assert not AuditStream.objects.exists()


def test_a_change_leaves_what_it_does_not_name(alice, made):
    path = f"audit/streams/{made['id']}"
    door = door_of(alice)
    changed = door.patch(path, {"name": "Another", "format": "ocsf"}).json()
    expected = {name: value for name, value in made.items() if name != "secret"}
    assert changed == {**expected, "name": "Another", "format": "ocsf"}
    assert door.patch(path, {"paused": True}).json()["state"] == "paused"
    problem_of(door.patch(path, {"paused": True}), 409, "wrong_state")
    assert door.patch(path, {"paused": False}).json()["state"] == "sending"
    problem_of(door.patch(path, {}), 422, "invalid")


def test_a_new_secret_is_told_once(alice, made):
    renewed = door_of(alice).post(f"audit/streams/{made['id']}/secret", {})
    assert renewed.status_code == 201
    assert renewed.json()["secret"] not in {None, made["secret"]}


def test_a_test_and_what_waits_are_told(acme, alice, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    door = door_of(alice)
    with receiving() as receiver:
        body = {**BODY, "address": receiver.url, "begins": "beginning"}
        stream = door.post("audit/streams", body).json()
        path = f"audit/streams/{stream['id']}"
        assert door.post(f"{path}/test", {}).status_code == 202
        send_due(acme.id)
        told = door.get(path).json()
        assert told["tested_at"] is not None
        assert told["test_error"] is None
        with tenant_scope(acme.id):
            size = sequence()
        assert (door.get(path).json()["next"], door.get(path).json()["waiting"]) == (0, size)
        receiver.status = 500
        send_due(acme.id)
        told = door.get(path).json()
        assert (told["state"], told["last_error"], told["last_status"]) == (
            "failing",
            "status",
            500,
        )


def test_alice_deletes_one(alice, made):
    path = f"audit/streams/{made['id']}"
    assert door_of(alice).delete(path).status_code == 204
    problem_of(door_of(alice).get(path), 404, "not_found")


def test_dana_reads_and_changes_nothing_and_carol_and_mallory_see_none(
    dana, carol, mallory, robo, made
):
    path = f"audit/streams/{made['id']}"
    assert door_of(dana).get(path).status_code == 200
    for person in (dana, carol, robo):
        problem_of(door_of(person).post("audit/streams", BODY), 403, "not_permitted")
        problem_of(door_of(person).patch(path, {"paused": True}), 403, "not_permitted")
        problem_of(door_of(person).post(f"{path}/test", {}), 403, "not_permitted")
        problem_of(door_of(person).post(f"{path}/secret", {}), 403, "not_permitted")
        problem_of(door_of(person).delete(path), 403, "not_permitted")
    for person in (carol, robo):
        problem_of(door_of(person).get("audit/streams"), 403, "not_permitted")
        problem_of(door_of(person).get("audit/anchors"), 403, "not_permitted")
    problem_of(door_of(mallory).get(path), 404, "not_found")
    problem_of(door_of(mallory).delete(path), 404, "not_found")
    assert door_of(mallory).get("audit/streams").json() == {"results": []}


def test_what_is_anchored_is_listed_page_by_page(settings, tmp_path, acme, dana, mallory):
    settings.ANCHOR_DIR = str(tmp_path)
    with tenant_scope(acme.id):
        for _ in range(3):
            a_checkpoint()
    deliver_new(acme.id)
    door = door_of(dana)
    first = door.get("audit/anchors?limit=2").json()
    rest = door.get(f"audit/anchors?limit=2&cursor={first['next_cursor']}").json()
    told = [(one["checkpoint"], one["sink"], one["receipt"]) for one in first["results"]]
    assert told == [(3, "file", None), (2, "file", None)]
    assert [one["checkpoint"] for one in rest["results"]] == [1]
    [only] = door.get("audit/anchors?checkpoint=2").json()["results"]
    assert only["checkpoint"] == 2
    assert door_of(mallory).get("audit/anchors").json()["results"] == []
