"""The fixed cast of the tests.

alice owns acme, bob reviews, dana audits, carol reads; robo is acme's trusted agent and rookie one
that nobody vouched for. mallory owns globex, another tenant, and her agent is spybot.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from console.accounts.actor import Actor, system_actor
from console.accounts.authentication import actor_of_key, actor_of_member
from console.accounts.key_text import parse_key
from console.accounts.models import Agent, User
from console.accounts.permissions import AGENT_SCOPES, Permission, Role
from console.administration import (
    add_member,
    create_tenant,
    issue_agent_key,
    issue_personal_key,
    register_agent,
    trust_agent,
)
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions import write_memory
from memory.models import Memory, MemoryVersion
from memory.proposals import WriteOutcome
from memory.sealing import open_versions
from memory.writes import Write

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Person:
    """A member: signs in as `user`, acts as `actor`, or over the API with `key`."""

    user: User
    actor: Actor
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Machine:
    agent: Agent
    actor: Actor
    key: str = field(repr=False)


def a_person(tenant: Tenant, name: str, role: Role) -> Person:
    with tenant_scope(tenant.id):
        user = User.objects.create_user(f"{name}@{tenant.slug}.example", PASSWORD, name)
        add_member(actor=system_actor(tenant.id, "cast"), user=user, role=role)
        actor = actor_of_member(user, tenant.id)
        assert actor is not None
        return Person(user, actor, issue_personal_key(actor=actor, label="laptop").text)


def an_agent(
    tenant: Tenant,
    name: str,
    *,
    trusted: bool = True,
    scopes: frozenset[Permission] = AGENT_SCOPES,
) -> Machine:
    with tenant_scope(tenant.id):
        system = system_actor(tenant.id, "cast")
        agent = register_agent(actor=system, name=name)
        if trusted:
            trust_agent(actor=system, agent=agent)
        text = issue_agent_key(actor=system, agent=agent, label=name, scopes=scopes).text
        key = parse_key(text)
        assert key is not None
        return Machine(agent, actor_of_key(key), text)


def a_write(content: str = "The customer prefers e-mail.", **fields: Any) -> Write:
    return Write(content=content, **fields)


def remember(
    machine: Machine | Person, content: str = "The customer prefers e-mail.", **fields: Any
) -> WriteOutcome:
    """Writes in the actor's own tenant, whatever scope is open."""
    with tenant_scope(machine.actor.tenant_id):
        return write_memory(actor=machine.actor, write=a_write(content, **fields))


def a_memory(
    machine: Machine | Person, content: str = "The customer prefers e-mail.", **fields: Any
) -> Memory:
    return remember(machine, content, **fields).memory


def versions(**about: Any) -> list[MemoryVersion]:
    """The versions of the tenant at hand, opened, in the order they were written."""
    return open_versions(MemoryVersion.objects.filter(**about).order_by("id"))


@pytest.fixture
def acme(db: None) -> Tenant:
    return create_tenant(slug="acme", name="Acme")


@pytest.fixture
def globex(db: None) -> Tenant:
    return create_tenant(slug="globex", name="Globex")


@pytest.fixture
def in_acme(acme: Tenant) -> Iterator[Tenant]:
    """Inside acme's scope. Tests of a door leave it to the door to open one."""
    with tenant_scope(acme.id):
        yield acme


@pytest.fixture
def alice(acme: Tenant) -> Person:
    return a_person(acme, "alice", Role.OWNER)


@pytest.fixture
def bob(acme: Tenant) -> Person:
    return a_person(acme, "bob", Role.REVIEWER)


@pytest.fixture
def dana(acme: Tenant) -> Person:
    return a_person(acme, "dana", Role.AUDITOR)


@pytest.fixture
def carol(acme: Tenant) -> Person:
    return a_person(acme, "carol", Role.READER)


@pytest.fixture
def robo(acme: Tenant) -> Machine:
    return an_agent(acme, "robo")


@pytest.fixture
def rookie(acme: Tenant) -> Machine:
    return an_agent(acme, "rookie", trusted=False)


@pytest.fixture
def mallory(globex: Tenant) -> Person:
    return a_person(globex, "mallory", Role.OWNER)


@pytest.fixture
def spybot(globex: Tenant) -> Machine:
    return an_agent(globex, "spybot")
