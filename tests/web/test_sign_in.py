"""Getting in, staying out, and ending up in the right tenant."""

import pytest
from django.core.cache import cache

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.accounts.models import Membership
from console.accounts.permissions import Role
from console.administration import add_member
from console.tenancy.scope import tenant_scope
from tests.cast import PASSWORD

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _nobody_has_failed_yet(db):
    cache.clear()


def sign_in(client, person, password=PASSWORD):
    return client.post(LOGIN, {"login": person.user.email, "password": password})


def test_a_stranger_is_asked_to_sign_in_and_brought_back(client, acme):
    response = client.get("/review/")
    assert response.status_code == 302
    assert response["Location"] == f"{LOGIN}?next=/review/"


def test_a_member_gets_in_and_the_tenant_learns_of_it(client, acme, bob):
    assert sign_in(client, bob).status_code == 302
    assert client.get("/review/").status_code == 200
    with tenant_scope(acme.id):
        assert AuditEvent.objects.get(kind="session.started").actor_id == bob.user.id


def test_after_repeated_failures_even_the_right_password_waits(client, acme, bob):
    for _ in range(10):
        assert sign_in(client, bob, "wrong").status_code == 200
    response = sign_in(client, bob)
    assert response.status_code != 302
    assert client.get("/review/").status_code == 302


def test_each_tenant_of_theirs_learns_of_a_wrong_password(
    client, acme, globex, bob, django_capture_on_commit_callbacks
):
    with tenant_scope(globex.id):
        system = system_actor(globex.id, "test")
        add_member(actor=system, user=bob.user, role=Role.READER)
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(client, bob, "wrong")
    for tenant in (acme, globex):
        with tenant_scope(tenant.id):
            event = AuditEvent.objects.get(kind="session.refused")
        assert (event.actor_id, event.outcome) == (bob.user.id, "refused")
        assert PASSWORD not in str(event.payload)


def test_an_address_that_nobody_has_is_nobodys_and_costs_a_wake_up_too(
    client, acme, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True) as woken:
        client.post(LOGIN, {"login": "eve@evil.example", "password": "wrong"})
    assert len(woken) == 1
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="session.refused").exists()


def test_nobody_signs_up_by_themselves(client, db):
    response = client.post(
        "/accounts/signup/",
        {"email": "eve@evil.example", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert response.status_code == 200
    assert client.get("/review/").status_code == 302


def test_whoever_loses_their_membership_is_out_with_the_next_click(client, acme, bob):
    sign_in(client, bob)
    with tenant_scope(acme.id):
        Membership.objects.filter(user=bob.user).delete()
    assert client.get("/review/").status_code == 403


def test_a_session_cannot_name_a_tenant_its_person_is_no_member_of(client, acme, globex, bob):
    sign_in(client, bob)
    session = client.session
    session["tenant_id"] = str(globex.id)
    session.save()
    assert client.get("/review/").context["tenant"].id == acme.id


def test_a_member_of_two_tenants_chooses_one(client, acme, globex, bob):
    with tenant_scope(globex.id):
        add_member(actor=system_actor(globex.id, "test"), user=bob.user, role=Role.READER)
    sign_in(client, bob)
    assert client.get("/").context["tenant"].slug == "acme"
    client.post("/tenant/", {"tenant": str(globex.id)})
    assert client.get("/").context["tenant"].slug == "globex"
    assert client.get("/review/").status_code == 404
