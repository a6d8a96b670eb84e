"""Letting people in and out in a browser."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.accounts.models import Invitation, Membership, User
from console.accounts.permissions import Role
from console.administration import add_member
from console.tenancy.scope import tenant_scope
from tests.cast import PASSWORD, a_person

MEMBERS = "/settings/members/"
INVITE = "/settings/members/invite"


@pytest.fixture(autouse=True)
def _nobody_has_failed_yet(db):
    cache.clear()


def invited(client, email="eve@acme.example", role="reviewer"):
    """The path of the link that is shown once."""
    page = client.post(INVITE, {"email": email, "role": role}).content.decode()
    return re.search(r"http://testserver(/invitations/\w+)", page)[1]


def membership_of(acme, email):
    with tenant_scope(acme.id):
        return Membership.objects.filter(user__email=email).first()


def test_alice_sees_who_belongs_and_how_they_sign_in(desk, alice, bob, acme):
    Authenticator.objects.create(user=bob.user, type="totp", data={"secret": "x"})
    page = desk(alice).get(MEMBERS).content.decode()
    assert "bob@acme.example" in page
    rows = {row.name: row for row in desk(alice).get(MEMBERS).context["rows"]}
    assert (rows["bob"].second_factor, rows["alice"].second_factor) == ("app", "")


def test_an_auditor_reads_and_changes_nothing_and_others_see_no_such_page(desk, dana, bob, carol):
    client = desk(dana)
    page = client.get(MEMBERS).content.decode()
    assert "dana@acme.example" in page
    assert "Remove" not in page
    assert client.get(INVITE).status_code == 404
    assert desk(bob).get(MEMBERS).status_code == 404
    assert desk(carol).get(MEMBERS).status_code == 404


def test_mallory_sees_nobody_of_acme(desk, alice, mallory):
    assert "acme.example" not in desk(mallory).get(MEMBERS).content.decode()


def test_the_list_asks_as_much_for_twenty_as_for_two(
    desk, alice, bob, acme, django_assert_max_num_queries
):
    client = desk(alice)
    with django_assert_max_num_queries(40) as few:
        client.get(MEMBERS)
    asked = len(few)
    for number in range(20):
        a_person(acme, f"person{number}", Role.READER)
    with django_assert_max_num_queries(asked):
        client.get(MEMBERS)


def test_a_newcomer_opens_the_link_chooses_a_password_and_is_in(desk, alice, acme, client):
    link = invited(desk(alice))
    page = client.get(link)
    assert "Join Acme" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    joined = client.post(link, {"name": "Eve", "password": "a long enough password"})
    assert joined.status_code == 302
    assert client.get("/review/").status_code == 200
    member = membership_of(acme, "eve@acme.example")
    assert (member.role, member.added_by_id) == (Role.REVIEWER, alice.user.id)
    with tenant_scope(acme.id):
        event = AuditEvent.objects.filter(kind="member.added").latest("id")
        assert event.actor_id == member.user_id
        # The link is spent, and is kept nowhere.
        assert Client().get(link).status_code == 404
        assert link.rsplit("/", 1)[1] not in str(list(Invitation.objects.values()))
        assert link.rsplit("/", 1)[1] not in str(list(AuditEvent.objects.values()))


def test_a_weak_password_is_refused_beside_its_field_and_the_link_stays_good(
    desk, alice, acme, client
):
    link = invited(desk(alice))
    response = client.post(link, {"name": "Eve", "password": "password1234"})
    assert response.status_code == 422
    assert "too common" in response.content.decode()
    assert not User.objects.filter(email="eve@acme.example").exists()
    assert client.get(link).status_code == 200


def test_somebody_with_an_account_signs_in_and_joins_with_it(desk, alice, mallory, acme, client):
    link = invited(desk(alice), email="mallory@globex.example", role="reader")
    asked = client.get(link)
    assert asked["Location"].startswith("/accounts/login/")
    # Holding the link sets no password of theirs.
    client.post(link, {"name": "x", "password": "a long enough password"})
    assert User.objects.get(email="mallory@globex.example").check_password(PASSWORD)
    client.post(asked["Location"], {"login": mallory.user.email, "password": PASSWORD})
    assert "Join Acme" in client.get(link).content.decode()
    client.post(link)
    assert client.get("/").context["tenant"].slug == "acme"
    assert membership_of(acme, "mallory@globex.example").role == Role.READER


def test_a_link_is_worth_nothing_to_anybody_else(desk, alice, carol, acme):
    link = invited(desk(alice), role="owner")
    client = desk(carol)
    assert "You are signed in as carol" in client.get(link).content.decode()
    assert client.post(link).status_code == 403
    assert membership_of(acme, carol.user.email).role == Role.READER


def test_a_withdrawn_or_replaced_link_opens_nothing(desk, alice, acme, client):
    owner = desk(alice)
    first, second = invited(owner), invited(owner)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    with tenant_scope(acme.id):
        standing = Invitation.objects.get(ended_at=None)
    assert "Withdraw" in owner.get(f"/settings/invitations/{standing.id}/withdraw").content.decode()
    owner.post(f"/settings/invitations/{standing.id}/withdraw")
    assert client.get(second).status_code == 404


@pytest.mark.parametrize("text", ["x", "mni_" + "0" * 69, "mns_" + "0" * 69])
def test_any_other_link_opens_nothing(client, db, text):
    assert client.get(f"/invitations/{text}").status_code == 404


def test_a_member_is_not_invited_again(desk, alice, bob):
    response = desk(alice).post(INVITE, {"email": "Bob@acme.example", "role": "owner"})
    assert response.status_code == 422
    assert "member already" in response.content.decode()


def test_alice_changes_a_role_and_removes_somebody_with_a_question_first(desk, alice, bob, acme):
    client = desk(alice)
    member = membership_of(acme, bob.user.email)
    assert "What may bob do?" in client.get(f"{MEMBERS}{member.id}/role").content.decode()
    client.post(f"{MEMBERS}{member.id}/role", {"role": "reader"})
    assert membership_of(acme, bob.user.email).role == Role.READER
    bobs = desk(bob)
    assert bobs.get("/memories/").status_code == 200
    assert "Remove bob?" in client.get(f"{MEMBERS}{member.id}/remove").content.decode()
    assert membership_of(acme, bob.user.email) is not None
    client.post(f"{MEMBERS}{member.id}/remove")
    assert bobs.get("/memories/").status_code == 403


def test_the_last_owner_is_told_what_to_do_instead(desk, alice, acme):
    member = membership_of(acme, alice.user.email)
    response = desk(alice).post(f"{MEMBERS}{member.id}/remove")
    assert response.status_code == 409
    assert "make somebody else one first" in response.content.decode()


def test_somebody_of_another_workspace_keeps_that_one(desk, alice, acme, globex, bob):
    with tenant_scope(globex.id):
        add_member(actor=system_actor(globex.id, "test"), user=bob.user, role=Role.READER)
    client = desk(bob)
    desk(alice).post(f"{MEMBERS}{membership_of(acme, bob.user.email).id}/remove")
    assert client.get("/").context["tenant"].slug == "globex"
