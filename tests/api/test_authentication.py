from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent
from console.accounts.key_text import new_key
from console.accounts.models import ApiKey
from console.accounts.permissions import Permission
from console.administration import revoke_key
from console.platform.clock import now
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from tests.api.door import Door, door_of, problem_of
from tests.cast import an_agent

READ = "memories"


def refused(response):
    problem = problem_of(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"
    return problem


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Token mns_x",
        "Bearer mns_short",
        "Bearer \x00",
        "Bearer " + "m" * 10_000,
        "Bearer mns_0000000000000000000000_00000000000000000000000000000000000000000000ÿÿ",
    ],
)
def test_a_stranger_is_told_to_send_a_key(acme, header):
    refused(Door(None).get(READ, Authorization=header))


def test_a_key_with_a_typo_is_refused(robo):
    last = "0" if robo.key[-1] != "0" else "1"
    refused(Door(robo.key[:-1] + last).get(READ))


def test_a_well_made_key_nobody_issued_looks_like_one_of_no_tenant(acme):
    unissued = refused(Door(new_key(acme.id).reveal()).get(READ))
    of_nobody = refused(Door(new_key(uuid7()).reveal()).get(READ))
    del unissued["request_id"], of_nobody["request_id"]
    assert unissued == of_nobody


def test_a_foreign_tenants_number_does_not_open_the_tenant(robo, globex):
    """The tenant in a key is where to look, not a claim that is believed."""
    with tenant_scope(robo.actor.tenant_id):
        row = ApiKey.objects.get()
    forged = new_key(globex.id)
    forged = type(forged)(globex.id, row.prefix, forged.secret)
    refused(Door(forged.reveal()).get(READ))


def test_a_key_ends_with_its_expiry(acme, robo):
    with tenant_scope(acme.id):
        ApiKey.objects.update(expires_at=now() + timedelta(minutes=5))
    assert door_of(robo).get(READ).status_code == 200
    with time_machine.travel(now() + timedelta(minutes=6)):
        refused(door_of(robo).get(READ))


def test_a_revoked_key_is_refused_at_once(acme, alice, robo):
    with tenant_scope(acme.id):
        revoke_key(actor=alice.actor, key=ApiKey.objects.get(agent_id=robo.agent.id))
    refused(door_of(robo).get(READ))


def test_a_key_in_the_address_is_no_key(robo):
    refused(Door(None).get(f"memories?key={robo.key}&access_token={robo.key}"))


def test_a_key_may_do_what_its_scopes_say_and_no_more(acme):
    reader = door_of(an_agent(acme, "reader", scopes=frozenset({Permission.MEMORY_READ})))
    assert reader.get("memories").status_code == 200
    problem_of(reader.post("memories", {"content": "x"}), 403, "not_permitted")
    with tenant_scope(acme.id):
        refusal = AuditEvent.objects.get(kind="request.refused")
    assert refusal.payload == {"door": "POST /api/v1/memories", "status": 403}


LACKED = {
    "carol writes": ("carol", "POST", "memories"),
    "carol writes many": ("carol", "POST", "memories/batch"),
    "carol recalls": ("carol", "POST", "recall"),
    "carol sees the queue": ("carol", "GET", "reviews"),
    "carol sees the trail": ("carol", "GET", "audit/events"),
    "carol deletes": ("carol", "DELETE", "memories/{id}"),
    "dana changes": ("dana", "PATCH", "memories/{id}"),
    "dana expires": ("dana", "POST", "memories/{id}/expire"),
    "dana restores": ("dana", "POST", "memories/{id}/restore"),
    "dana decides": ("dana", "POST", "reviews/{id}/decide"),
    "dana undoes": ("dana", "POST", "reviews/{id}/undo"),
    "dana decides many": ("dana", "POST", "reviews/decisions"),
    "dana undoes many": ("dana", "POST", "reviews/decisions/{id}/undo"),
    "robo sees the queue": ("robo", "GET", "reviews"),
    "robo sees a review": ("robo", "GET", "reviews/{id}"),
    "robo decides": ("robo", "POST", "reviews/{id}/decide"),
    "robo sees the trail": ("robo", "GET", "audit/events"),
}


@pytest.mark.parametrize(("who", "method", "path"), LACKED.values(), ids=LACKED)
def test_what_a_role_may_not_do_is_told_before_any_object_is_looked_at(
    request, robo, who, method, path
):
    door = door_of(request.getfixturevalue(who))
    known = door_of(robo).post("memories", {"content": "x"}).json()["id"]
    answers = [
        problem_of(door.send(method, path.format(id=i), {}), 403, "not_permitted")
        for i in (known, uuid7(), "nonsense")
    ]
    for answer in answers:
        del answer["request_id"]
    assert answers[0] == answers[1] == answers[2]


def test_last_use_is_noted(acme, robo):
    door_of(robo).get(READ)
    with tenant_scope(acme.id):
        assert ApiKey.objects.get(agent_id=robo.agent.id).last_used_at is not None
