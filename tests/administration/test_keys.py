"""A key is shown once, works while it should, and is found in no log."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from console.accounts.authentication import actor_of_key, actor_of_member
from console.accounts.key_text import KeyText, new_key, parse_key
from console.accounts.models import ApiKey, User
from console.accounts.permissions import AGENT_SCOPES, Permission, Role
from console.administration import issue_agent_key, issue_personal_key, revoke_key
from console.platform.clock import now
from console.platform.errors import (
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    NotPermittedError,
)
from console.tenancy.models import Tenant
from console.tenancy.scope import person_scope, tenant_scope


def test_a_key_survives_being_written_down_and_a_typo_does_not(acme):
    text = new_key(acme.id).reveal()
    assert parse_key(text).tenant_id == acme.id
    for at in range(len(text)):
        typo = text[:at] + ("a" if text[at] != "a" else "b") + text[at + 1 :]
        assert parse_key(typo) is None, at


@pytest.mark.parametrize(
    "text", ["", "mns_", "mns_" + "0" * 69, "sk-1234", "\x00", "mns_é_" + "a" * 46]
)
def test_anything_else_is_no_key(text):
    assert parse_key(text) is None


def test_what_is_kept_of_a_key_does_not_open_anything(in_acme, alice):
    issued = issue_personal_key(actor=alice.actor, label="laptop")
    secret = parse_key(issued.text).secret
    kept = ApiKey.objects.filter(id=issued.id).values().get()
    assert secret not in str(kept)
    assert secret not in repr(issued) + repr(parse_key(issued.text))
    assert secret not in str(list(AuditEvent.objects.values()))


def test_a_revoked_an_expired_and_a_guessed_key_are_refused_alike(in_acme, alice):
    revoked = issue_personal_key(actor=alice.actor, label="lost")
    revoke_key(actor=alice.actor, key=revoked.key)
    fleeting = issue_personal_key(
        actor=alice.actor, label="fleeting", expires_at=now() + timedelta(minutes=5)
    )
    real = parse_key(fleeting.text)
    assert actor_of_key(real).id == alice.user.id
    guessed = KeyText(real.tenant_id, real.prefix, "a" * 32)
    refusals = set()
    with time_machine.travel(now() + timedelta(minutes=6)):
        for key in (parse_key(revoked.text), real, guessed, new_key(real.tenant_id)):
            with pytest.raises(NotAuthenticatedError) as refused:
                actor_of_key(key)
            refusals.add(str(refused.value))
    assert len(refusals) == 1


def test_a_personal_key_can_do_what_its_owner_can_and_no_longer(in_acme, carol):
    key = parse_key(carol.key)
    assert actor_of_key(key).permissions == carol.actor.permissions
    User.objects.filter(id=carol.user.id).update(is_active=False)
    with pytest.raises(NotAuthenticatedError):
        actor_of_key(key)


def test_an_agents_key_never_carries_a_reviewers_right(in_acme, alice, robo):
    for scopes in ([Permission.REVIEW_DECIDE], []):
        with pytest.raises(InvalidInputError):
            issue_agent_key(actor=alice.actor, agent=robo.agent, label="x", scopes=scopes)
    ApiKey.objects.filter(agent_id=robo.agent.id).update(scopes=[p.value for p in Permission])
    assert actor_of_key(parse_key(robo.key)).permissions == AGENT_SCOPES


def test_only_an_owner_makes_agents_keys_and_revokes_other_peoples(
    in_acme, alice, bob, carol, robo
):
    with pytest.raises(NotPermittedError):
        issue_agent_key(
            actor=bob.actor, agent=robo.agent, label="x", scopes=[Permission.MEMORY_READ]
        )
    carols = ApiKey.objects.get(user=carol.user)
    with pytest.raises(NotFoundError):
        revoke_key(actor=bob.actor, key=carols)
    revoke_key(actor=alice.actor, key=carols)
    assert AuditEvent.objects.filter(kind="api_key.revoked", object_id=carols.id).exists()


def test_the_last_use_is_noted_but_not_at_every_request(in_acme, robo):
    key = parse_key(robo.key)
    first = ApiKey.objects.get(agent_id=robo.agent.id).last_used_at
    assert first is not None
    actor_of_key(key)
    assert ApiKey.objects.get(agent_id=robo.agent.id).last_used_at == first
    with time_machine.travel(now() + timedelta(minutes=2)):
        actor_of_key(key)
    assert ApiKey.objects.get(agent_id=robo.agent.id).last_used_at > first


def test_a_command_makes_a_tenant_and_its_owner(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("correct horse battery staple"))
    call_command("create_tenant", "initech", owner="peter@initech.example", verbosity=0)
    user = User.objects.get(email="peter@initech.example")
    with person_scope(user.id):
        tenant = Tenant.objects.get()
    with tenant_scope(tenant.id):
        actor = actor_of_member(user, tenant.id)
        assert actor.permissions == frozenset(Permission)
        assert AuditEvent.objects.filter(kind="member.added", payload__role=Role.OWNER).exists()


@pytest.mark.parametrize("password", ["", "short", "password1234"])
def test_the_command_refuses_a_weak_password_and_makes_nothing(db, monkeypatch, password):
    monkeypatch.setattr("sys.stdin", StringIO(password))
    with pytest.raises(CommandError):
        call_command("create_tenant", "initech", owner="peter@initech.example", verbosity=0)
    assert not User.objects.exists()
