"""Who is let in, in which role, and that a workspace keeps an owner whatever happens at once."""

import threading

import pytest
from django.db import IntegrityError, connections, transaction

from audit.models import AuditEvent
from audit.trail import append
from console.accounts.actor import system_actor
from console.accounts.authentication import actor_of_key, actor_of_member
from console.accounts.key_text import parse_key
from console.accounts.models import ApiKey, Membership
from console.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from console.administration import add_member, change_role, create_tenant, remove_member
from console.administration.members import LastOwnerError
from console.platform.errors import (
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    NotPermittedError,
)
from console.tenancy.scope import tenant_scope
from tests.cast import a_person
from tests.threads import at_once


def membership(person):
    return Membership.objects.get(user=person.user)


def test_a_changed_role_holds_at_once_for_the_person_and_their_key(in_acme, alice, bob):
    change_role(actor=alice.actor, membership=membership(bob), role=Role.READER)
    actors = actor_of_member(bob.user, in_acme.id), actor_of_key(parse_key(bob.key))
    assert {actor.permissions for actor in actors} == {ROLE_PERMISSIONS[Role.READER]}
    event = AuditEvent.objects.get(kind="member.role_changed")
    assert event.actor_id == alice.user.id
    assert event.payload == {"user_id": str(bob.user.id), "before": "reviewer", "role": "reader"}


def test_whoever_is_removed_is_out_and_stays_out_with_their_keys(in_acme, alice, bob):
    remove_member(actor=alice.actor, membership=membership(bob))
    assert actor_of_member(bob.user, in_acme.id) is None
    with pytest.raises(NotAuthenticatedError):
        actor_of_key(parse_key(bob.key))
    add_member(actor=alice.actor, user=bob.user, role=Role.READER)
    with pytest.raises(NotAuthenticatedError):
        actor_of_key(parse_key(bob.key))
    key = ApiKey.objects.get(user=bob.user)
    assert AuditEvent.objects.filter(kind="api_key.revoked", object_id=key.id).exists()
    assert AuditEvent.objects.get(kind="member.removed").payload["user_id"] == str(bob.user.id)


def test_it_is_kept_who_let_somebody_in(in_acme, alice, bob):
    remove_member(actor=alice.actor, membership=membership(bob))
    added = add_member(actor=alice.actor, user=bob.user, role=Role.READER)
    assert added.added_by_id == alice.user.id


@pytest.mark.parametrize("who", ["bob", "dana", "carol"])
def test_only_an_owner_changes_who_belongs(in_acme, alice, who, request):
    person = request.getfixturevalue(who)
    with pytest.raises(NotPermittedError):
        change_role(actor=person.actor, membership=membership(person), role=Role.OWNER)
    with pytest.raises(NotPermittedError):
        remove_member(actor=person.actor, membership=membership(alice))
    assert not AuditEvent.objects.filter(kind__startswith="member.r").exists()


def test_nobody_raises_themselves(in_acme, alice, bob):
    """An owner's key whose owner was made a reader while it was at work."""
    a_person(in_acme, "olga", Role.OWNER)
    stale = alice.actor
    change_role(actor=stale, membership=membership(alice), role=Role.READER)
    with pytest.raises(NotPermittedError, match="raises their own"):
        change_role(actor=stale, membership=membership(alice), role=Role.OWNER)
    assert membership(alice).role == Role.READER


def test_the_last_owner_is_neither_removed_nor_demoted(in_acme, alice, bob):
    with pytest.raises(LastOwnerError):
        remove_member(actor=alice.actor, membership=membership(alice))
    with pytest.raises(LastOwnerError):
        change_role(actor=alice.actor, membership=membership(alice), role=Role.READER)
    change_role(actor=alice.actor, membership=membership(bob), role=Role.OWNER)
    remove_member(actor=alice.actor, membership=membership(alice))
    assert membership(bob).role == Role.OWNER


@pytest.mark.parametrize(
    "around",
    [
        lambda owners: owners.update(role=Role.READER),
        lambda owners: owners.delete(),
    ],
)
def test_the_database_keeps_an_owner_even_from_sql(in_acme, alice, around):
    with pytest.raises(IntegrityError, match="keeps an owner"), transaction.atomic():
        around(Membership.objects.filter(role=Role.OWNER))


def test_the_same_role_again_is_refused(in_acme, alice, bob):
    with pytest.raises(InvalidInputError):
        change_role(actor=alice.actor, membership=membership(bob), role=Role.REVIEWER)


def test_a_member_of_another_tenant_is_not_there(acme, alice, mallory):
    with tenant_scope(mallory.actor.tenant_id):
        hers = membership(mallory)
    with tenant_scope(acme.id), pytest.raises(NotFoundError):
        remove_member(actor=alice.actor, membership=hers)


def test_an_auditor_sees_members_and_a_reviewer_does_not():
    may = {role for role in Role if Permission.MEMBERS_READ in ROLE_PERMISSIONS[role]}
    assert may == {Role.OWNER, Role.AUDITOR}


@pytest.fixture
def two_owners(committed_db):
    tenant = create_tenant(slug="acme", name="Acme")
    return tenant, [a_person(tenant, name, Role.OWNER) for name in ("olga", "otto")]


def by_the_owner_of_the_tables(sql):
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)


def parting(tenant, owners, act):
    """Each owner demotes themselves at the same moment; how many are left."""
    results = at_once(tenant, lambda number: act(owners[number]))
    with tenant_scope(tenant.id):
        return results, Membership.objects.filter(role=Role.OWNER).count()


@pytest.mark.slow
def test_without_any_lock_two_owners_would_both_go(two_owners):
    """The control: the race is real where neither the action nor the trigger looks."""
    tenant, owners = two_owners
    by_the_owner_of_the_tables("ALTER TABLE accounts_membership DISABLE TRIGGER USER")

    def blindly(person):
        others = Membership.objects.filter(role=Role.OWNER).exclude(user=person.user)
        assert others.exists()
        meet.wait(10)
        Membership.objects.filter(user=person.user).update(role=Role.READER)

    meet = threading.Barrier(2)
    try:
        _, left = parting(tenant, owners, blindly)
    finally:
        by_the_owner_of_the_tables("ALTER TABLE accounts_membership ENABLE TRIGGER USER")
    assert left == 0


@pytest.mark.slow
def test_two_owners_who_part_at_once_leave_one_behind(two_owners):
    tenant, owners = two_owners

    def politely(person):
        return change_role(actor=person.actor, membership=membership(person), role=Role.READER)

    results, left = parting(tenant, owners, politely)
    assert left == 1
    assert sum(isinstance(result, LastOwnerError) for result in results) == 1


@pytest.mark.slow
def test_the_trigger_alone_holds_against_two_at_once(two_owners):
    tenant, owners = two_owners

    def by_sql(person):
        try:
            with transaction.atomic():
                member = Membership.objects.get(user=person.user)
                append(
                    kind="member.role_changed",
                    actor=system_actor(tenant.id, "test"),
                    object_kind="membership",
                    object_id=member.id,
                )
                Membership.objects.filter(id=member.id).update(role=Role.READER)
        except IntegrityError:
            return "refused"
        return "gone"

    results, left = parting(tenant, owners, by_sql)
    assert sorted(results) == ["gone", "refused"]
    assert left == 1
