"""alice says how soon each queue is decided; everybody who decides sees how it does."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.tenancy.scope import tenant_scope
from memory.actions import activate_policy, save_policy
from memory.models import DigestSubscription, ReviewQueue
from tests.cast import remember
from tests.policies.conftest import a_rule

LIST = "/settings/queues/"
FIELDS = {
    "sla_urgent": "30 min",
    "sla_high": "1 h 30 min",
    "sla_normal": "8h",
    "sla_low": "2 d",
    "sampled_share": "5",
    "double_blind_share": "0",
    "gold_share": "2.5",
}


def queue():
    return ReviewQueue.objects.get()


def test_alice_makes_a_queue_in_times_as_people_write_them(desk, acme, alice):
    client = desk(alice)
    assert "general" in client.get(LIST).content.decode()
    sent = FIELDS | {"name": "security", "description": "<b>Ask</b> Ada."}
    shown = client.post(f"{LIST}new", sent, follow=True).content.decode()
    assert "Saved, for what comes to security" in shown
    for span in ("30 min", "1 h 30 min", "8 h", "2 d"):
        assert f">{span}</td>" in shown
    assert "<b>Ask" not in shown
    with tenant_scope(acme.id):
        made = queue()
        assert (made.sla_urgent, made.sla_high, made.sla_normal) == (1800, 5400, 28800)
        assert (made.sampled_share, made.gold_share) == (0.05, 0.025)
    again = client.get(f"{LIST}security/edit").content.decode()
    for value in ("1 h 30 min", "2.5", "5"):
        assert f'value="{value}"' in again
    client.post(f"{LIST}security/edit", FIELDS | {"sla_low": "1 d 12 h"})
    with tenant_scope(acme.id):
        assert queue().sla_low == 36 * 3600


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Security team"),
        ("name", "general"),
        ("sla_urgent", "soon"),
        ("sla_urgent", "0 min"),
        ("sla_low", "400 d"),
        ("sla_low", ""),
        ("gold_share", "101"),
        ("gold_share", "nan"),
    ],
)
def test_what_does_not_hold_is_said_beside_its_field(desk, acme, alice, field, value):
    sent = FIELDS | {"name": "security"} | {field: value}
    response = desk(alice).post(f"{LIST}new", sent)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    with tenant_scope(acme.id):
        assert not ReviewQueue.objects.exists()


def test_a_name_is_given_once(desk, alice):
    client = desk(alice)
    sent = FIELDS | {"name": "security"}
    client.post(f"{LIST}new", sent)
    response = client.post(f"{LIST}new", sent)
    assert response.context["form"].errors == {"name": ["There is a queue of that name."]}


def test_a_queue_that_only_a_rule_names_is_there_to_configure(desk, acme, alice):
    with tenant_scope(acme.id):
        body = {"rules": [a_rule("all", queue="security", because="Look.")]}
        version = save_policy(actor=alice.actor, body=body)
        activate_policy(actor=alice.actor, version=version)
    client = desk(alice)
    assert "security" in client.get(LIST).content.decode()
    assert client.post(f"{LIST}security/edit", FIELDS).status_code == 302
    refused = client.post(f"{LIST}security/delete")
    assert refused.status_code == 409
    assert "rule all sends work here" in refused.content.decode()
    assert client.get(f"{LIST}nothing/edit").status_code == 404


def test_deleting_asks_first(desk, acme, alice):
    client = desk(alice)
    client.post(f"{LIST}new", FIELDS | {"name": "security"})
    assert "Delete the queue security?" in client.get(f"{LIST}security/delete").content.decode()
    with tenant_scope(acme.id):
        assert ReviewQueue.objects.exists()
    assert (
        "Deleted the queue security"
        in client.post(f"{LIST}security/delete", follow=True).content.decode()
    )
    with tenant_scope(acme.id):
        assert not ReviewQueue.objects.exists()


def test_the_general_queue_goes_back_to_the_usual_times(desk, acme, alice, rookie):
    remember(rookie, "Jonas lives in Hamburg.")
    client = desk(alice)
    client.post(f"{LIST}general/edit", FIELDS)
    assert ">8 h</td>" in client.get(LIST).content.decode()
    client.post(f"{LIST}general/delete")
    assert ">1 d</td>" in client.get(LIST).content.decode()


def test_bob_and_dana_look_and_change_nothing_and_carol_sees_no_page(desk, bob, dana, carol):
    for person in (bob, dana):
        page = desk(person).get(LIST).content.decode()
        assert "Make a queue" not in page
        assert "/edit" not in page
        for path in ("new", "general/edit", "general/delete"):
            assert desk(person).post(f"{LIST}{path}", FIELDS).status_code == 404
    assert desk(carol).get(LIST).status_code == 404
    assert desk(carol).post(f"{LIST}digest", {"wanted": "1"}).status_code == 404


def test_bob_asks_for_the_digest_and_changes_his_mind(desk, acme, bob, dana):
    client = desk(bob)
    assert "Send it to me" in client.get(LIST).content.decode()
    told = client.post(f"{LIST}digest", {"wanted": "1"}, follow=True).content.decode()
    assert "Stop sending it to me" in told
    with tenant_scope(acme.id):
        assert DigestSubscription.objects.get().user_id == bob.user.id
    client.post(f"{LIST}digest", {"wanted": "0"})
    with tenant_scope(acme.id):
        assert not DigestSubscription.objects.exists()
    assert "Daily digest" not in desk(dana).get(LIST).content.decode()


def test_the_page_asks_no_more_for_more_queues(desk, acme, alice, rookie):
    client = desk(alice)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    asked()
    few = asked()
    for number in range(8):
        client.post(f"{LIST}new", FIELDS | {"name": f"queue_{number}"})
        remember(rookie, f"Fact {number}.")
    client.get(LIST)
    assert asked() == few
