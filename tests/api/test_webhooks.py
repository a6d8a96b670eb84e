"""Webhooks over the API: by owners, read by auditors, the secret told once."""

import pytest

from console.accounts.models import IdempotentAnswer
from console.platform.clock import now
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from console.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookSecret
from console.webhooks.sending import deliver_due
from tests.api.door import door_of, field_codes, problem_of
from tests.webhooks.receiver import receiving

URL = "https://hooks.example.com/mnemoscope"


@pytest.fixture
def made(alice):
    response = door_of(alice).post("webhooks", {"url": URL})
    assert response.status_code == 201, response.content
    return response.json()


def failed(acme, delivery_id):
    with tenant_scope(acme.id):
        WebhookDelivery.objects.filter(id=delivery_id).update(next_attempt_at=None)


def test_alice_adds_one_and_is_told_its_secret_once(acme, alice, made):
    assert made["kinds"] == ["review.decided"]
    assert made["secret"].startswith("whsec_")
    [listed] = door_of(alice).get("webhooks").json()["results"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    assert door_of(alice).get(f"webhooks/{made['id']}").json() == listed


def test_a_repeated_request_adds_none_and_tells_no_secret(acme, alice):
    door = door_of(alice)
    first, second = (door.post("webhooks", {"url": URL}, Idempotency_Key="a") for _ in range(2))
    assert second["Idempotent-Replayed"] == "true"
    assert second.json() == {**first.json(), "secret": None}
    with tenant_scope(acme.id):
        assert WebhookEndpoint.objects.count() == 1
        assert first.json()["secret"] not in str(IdempotentAnswer.objects.get().body)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, {"url": "required"}),
        ({"url": "http://hooks.example.com/"}, {"url": "bad_url"}),
        ({"url": "https://169.254.169.254/"}, {"url": "bad_url"}),
        ({"url": URL, "kinds": []}, {"kinds": "too_short"}),
        ({"url": URL, "kinds": ["webhook.test"]}, {"kinds.0": "invalid_choice"}),
        ({"url": URL, "agent": str(uuid7())}, {"agent": "unknown_agent"}),
        ({"url": URL, "secret": "mine"}, {"secret": "unknown_field"}),
    ],
)
def test_what_does_not_hold_is_named(acme, alice, body, codes):
    problem = problem_of(door_of(alice).post("webhooks", body), 422, "invalid")
    assert field_codes(problem) == codes
    with tenant_scope(acme.id):
        assert not WebhookEndpoint.objects.exists()


def test_there_are_at_most_twenty(alice):
    door = door_of(alice)
    for _ in range(20):
        assert door.post("webhooks", {"url": URL}).status_code == 201
    problem_of(door.post("webhooks", {"url": URL}), 422, "invalid")


def test_what_is_left_out_of_a_change_stays(alice, robo, made):
    door, path = door_of(alice), f"webhooks/{made['id']}"
    changed = door.patch(path, {"agent": str(robo.agent.id)}).json()
    assert (changed["agent"], changed["url"]) == (str(robo.agent.id), URL)
    changed = door.patch(path, {"agent": None, "kinds": ["review.opened"]}).json()
    assert (changed["agent"], changed["kinds"]) == (None, ["review.opened"])
    paused = door.patch(path, {"enabled": False}).json()
    assert (paused["enabled"], paused["disabled_why"]) == (False, "paused")
    problem_of(door.patch(path, {"enabled": False}), 409, "wrong_state")
    problem_of(door.post(f"{path}/test"), 409, "wrong_state")
    assert door.patch(path, {"enabled": True}).json()["enabled"] is True
    problem_of(door.patch(path, {}), 422, "invalid")
    problem_of(door.patch(path, {"enabled": "yes"}), 422, "invalid")


def test_a_new_secret_overlaps_or_does_not(acme, alice, made):
    door, path = door_of(alice), f"webhooks/{made['id']}/secret"
    second = door.post(path, {}).json()["secret"]
    assert second not in {made["secret"], None}
    with tenant_scope(acme.id):
        assert WebhookSecret.objects.count() == 2
    assert door.post(path, {"overlap": 0}).status_code == 201
    with tenant_scope(acme.id):
        assert WebhookSecret.objects.count() == 1
    problem_of(door.post(path, {"overlap": 604801}), 422, "invalid")


def test_a_test_is_sent_looked_up_and_sent_again(acme, alice, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    door = door_of(alice)
    with receiving() as receiver:
        receiver.status, receiver.answer = 500, b"no"
        path = f"webhooks/{door.post('webhooks', {'url': receiver.url}).json()['id']}"
        sent = door.post(f"{path}/test")
        assert (sent.status_code, sent.json()["state"]) == (202, "waiting")
        deliver_due(acme.id)
        failed(acme, sent.json()["id"])
        [row] = door.get(f"{path}/deliveries?state=failed").json()["results"]
        assert (row["id"], row["last_status"], row["type"]) == (
            sent.json()["id"],
            500,
            "webhook.test",
        )
        assert door.get(f"{path}/deliveries?kind=review.decided").json()["results"] == []
        again = door.post(f"{path}/replay", {"failed_since": row["created_at"]})
        assert (again.status_code, again.json()) == (202, {"deliveries": 1})
        receiver.status = 200
        deliver_due(acme.id)
        detail = door.get(f"{path}/deliveries/{row['id']}").json()
    assert detail["state"] == "delivered"
    assert [(one["status"], one["succeeded"]) for one in detail["tries"]] == [
        (200, True),
        (500, False),
    ]
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1


def test_one_delivery_is_sent_again_by_its_id(acme, alice, made):
    door, path = door_of(alice), f"webhooks/{made['id']}"
    sent = door.post(f"{path}/test").json()["id"]
    failed(acme, sent)
    assert door.post(f"{path}/replay", {"deliveries": [sent]}).json() == {"deliveries": 1}
    problem_of(door.post(f"{path}/replay", {"deliveries": [str(uuid7())]}), 409, "wrong_state")
    both = {"deliveries": [sent], "failed_since": now().isoformat()}
    for wrong in ({}, both, {"deliveries": []}):
        problem_of(door.post(f"{path}/replay", wrong), 422, "invalid")


def test_deleting_leaves_nothing(acme, alice, made):
    door = door_of(alice)
    door.post(f"webhooks/{made['id']}/test")
    assert door.delete(f"webhooks/{made['id']}").status_code == 204
    problem_of(door.get(f"webhooks/{made['id']}"), 404, "not_found")
    with tenant_scope(acme.id):
        assert not WebhookDelivery.objects.exists()


def test_an_auditor_reads_and_changes_nothing(dana, alice, made):
    path = f"webhooks/{made['id']}"
    delivery = door_of(alice).post(f"{path}/test").json()["id"]
    door = door_of(dana)
    for readable in ("webhooks", path, f"{path}/deliveries", f"{path}/deliveries/{delivery}"):
        assert door.get(readable).status_code == 200
    problem_of(door.post("webhooks", {"url": URL}), 403, "not_permitted")
    problem_of(door.patch(path, {"enabled": False}), 403, "not_permitted")
    problem_of(door.delete(path), 403, "not_permitted")
    for verb in ("secret", "test", "replay"):
        problem_of(door.post(f"{path}/{verb}", {}), 403, "not_permitted")


def test_agents_and_readers_have_no_business_here(robo, carol, made):
    for holder in (robo, carol):
        problem_of(door_of(holder).get("webhooks"), 403, "not_permitted")
        problem_of(door_of(holder).get(f"webhooks/{made['id']}"), 403, "not_permitted")


def test_another_tenants_webhook_looks_like_one_that_never_was(alice, mallory, made):
    door, theirs = door_of(mallory), f"webhooks/{made['id']}"
    delivery = door_of(alice).post(f"{theirs}/test").json()["id"]
    assert door.get("webhooks").json()["results"] == []
    for path in (theirs, f"{theirs}/deliveries", f"{theirs}/deliveries/{delivery}"):
        problem_of(door.get(path), 404, "not_found")
    problem_of(door.patch(theirs, {"enabled": False}), 404, "not_found")
    problem_of(door.delete(theirs), 404, "not_found")
    for verb in ("secret", "test"):
        problem_of(door.post(f"{theirs}/{verb}", {}), 404, "not_found")
    problem_of(door.post(f"{theirs}/replay", {"deliveries": [delivery]}), 404, "not_found")
    problem_of(door.get("webhooks/nonsense"), 404, "not_found")
