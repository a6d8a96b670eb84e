"""Before keys, exports and erasure somebody proves again who they are."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from audit.models import AuditEvent, Outcome
from console.accounts.models import ApiKey
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.cast import PASSWORD

NEW = "/settings/keys/new"
PROVE = "/accounts/reauthenticate/"
KEY = {"label": "script", "holder": "me", "lifetime": "30"}


@pytest.fixture(autouse=True)
def _nobody_has_failed_yet(db):
    cache.clear()


def steps_up(acme):
    with tenant_scope(acme.id):
        return list(AuditEvent.objects.filter(kind="session.stepped_up").order_by("id"))


def test_whoever_has_just_signed_in_is_not_asked_again(desk, carol):
    assert desk(carol).get(NEW).status_code == 200


def test_carol_proves_who_she_is_and_goes_on(desk, acme, carol):
    client = desk(carol)
    with time_machine.travel(now() + timedelta(minutes=6)):
        response = client.get(NEW)
        assert response["Location"] == f"{PROVE}?next={NEW.replace('/', '%2F')}"
        assert "Is it still you?" in client.get(response["Location"]).content.decode()
        back = client.post(response["Location"], {"password": PASSWORD, "next": NEW})
        assert back["Location"] == NEW
        assert client.get(NEW).status_code == 200
    [event] = steps_up(acme)
    assert (event.actor_id, event.payload) == (carol.user.id, {"method": "password"})


def test_a_wrong_password_proves_nothing_and_is_on_record(desk, acme, carol):
    client = desk(carol)
    with time_machine.travel(now() + timedelta(minutes=6)):
        client.post(PROVE, {"password": "wrong", "next": NEW})
        assert client.get(NEW).status_code == 302
    [event] = steps_up(acme)
    assert event.outcome == Outcome.REFUSED
    assert "wrong" not in str(event.payload)


def test_a_form_that_is_sent_too_late_does_nothing_and_leads_back_to_itself(desk, acme, carol):
    client = desk(carol)
    with time_machine.travel(now() + timedelta(minutes=6)):
        response = client.post(NEW, KEY, headers={"referer": f"http://testserver{NEW}"})
        assert response["Location"] == f"{PROVE}?next={NEW.replace('/', '%2F')}"
        page = client.get(response["Location"]).content.decode()
        assert "Nothing has happened yet: send the form again." in page
        back = client.post(PROVE, {"password": PASSWORD, "next": NEW})
        # What was sent is not replayed behind her back.
        assert back.status_code == 302
    with tenant_scope(acme.id):
        assert not ApiKey.objects.filter(label="script").exists()


def test_the_way_back_is_never_to_another_site(desk, carol):
    client = desk(carol)
    with time_machine.travel(now() + timedelta(minutes=6)):
        response = client.post(NEW, KEY, headers={"referer": "https://evil.example/"})
        assert "evil" not in response["Location"]
        evil = {"password": PASSWORD, "next": "https://evil.example/"}
        assert "evil" not in client.post(PROVE, evil)["Location"]


def test_a_proof_lasts_five_minutes(desk, carol):
    client = desk(carol)
    with time_machine.travel(now() + timedelta(minutes=4, seconds=50)):
        assert client.get(NEW).status_code == 200
    with time_machine.travel(now() + timedelta(minutes=5, seconds=10)):
        assert client.get(NEW).status_code == 302


def test_a_proof_of_one_person_is_none_of_another(desk, carol, bob):
    client = desk(carol)
    client.force_login(bob.user)  # the same browser: what carol proved is gone
    assert client.get(NEW).status_code == 302


def test_whoever_has_nothing_to_prove_it_with_is_told_to_sign_in_anew(desk, carol):
    carol.user.set_unusable_password()
    carol.user.save()
    client = desk(carol)
    with time_machine.travel(now() + timedelta(minutes=6)):
        response = client.get(NEW)
    assert response.status_code == 403
    assert "Sign out and in again" in response.content.decode()


def test_guesses_are_counted(desk, carol):
    client = desk(carol)
    with time_machine.travel(now() + timedelta(minutes=6)):
        for _ in range(10):
            assert client.post(PROVE, {"password": "wrong"}).status_code == 200
        assert client.post(PROVE, {"password": PASSWORD}).status_code == 429


@pytest.mark.parametrize(
    "path",
    [
        "/settings/keys/new",
        "/settings/keys/00000000-0000-7000-8000-000000000000/revoke",
        "/settings/signing-keys/new",
        "/settings/signing-keys/00000000-0000-7000-8000-000000000000/rotate",
        "/settings/signing-keys/00000000-0000-7000-8000-000000000000/revoke",
        "/settings/members/invite",
        "/settings/members/00000000-0000-7000-8000-000000000000/role",
        "/settings/members/00000000-0000-7000-8000-000000000000/remove",
    ],
)
def test_each_of_these_asks(desk, alice, path):
    client = desk(alice)
    with time_machine.travel(now() + timedelta(minutes=6)):
        for response in (client.get(path), client.post(path)):
            assert response["Location"].startswith(PROVE)
