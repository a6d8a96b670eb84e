"""Makes the demo's tenants once, and the file that says how to get in."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.db import transaction

from console.accounts.actor import Actor, system_actor
from console.accounts.authentication import actor_of_member
from console.accounts.models import Agent, User
from console.accounts.permissions import Permission, Role
from console.administration import (
    add_member,
    create_tenant,
    issue_agent_key,
    issue_personal_key,
    issue_signing_key,
    register_agent,
    trust_agent,
)
from console.tenancy.models import Tenant
from console.tenancy.scope import system_scope, tenant_scope

TENANTS = {"acme": "Acme Support", "globex": "Globex"}
AGENT_SCOPES = (
    Permission.MEMORY_READ,
    Permission.MEMORY_RECALL,
    Permission.MEMORY_WRITE,
    Permission.MEMORY_EXPIRE,
    Permission.MEMORY_DELETE,
    Permission.TRACES_INGEST,
    Permission.OUTCOME_REPORT,
)


class DemoFileLostError(Exception):
    """The demo's tenants exist and the file with their passwords does not."""


def seed(*, target: Path, url: str) -> bool:
    """Whether anything had to be made. Safe to be killed at any point and run again."""
    draft = target.with_suffix(".json.new")
    with system_scope():
        exists = Tenant.objects.filter(slug__in=TENANTS).exists()
    if exists and target.exists():
        return False
    if exists and draft.exists():
        draft.replace(target)
        return True
    if exists:
        raise DemoFileLostError
    with transaction.atomic():
        first, other = (_tenant(slug, name) for slug, name in TENANTS.items())
        # Written before the commit: a tenant whose passwords nobody knows must not come to be.
        _write_private(draft, {"url": url, **first, "other": other})
    draft.replace(target)
    return True


def _tenant(slug: str, name: str) -> dict[str, Any]:
    tenant = create_tenant(slug=slug, name=name)
    with tenant_scope(tenant.id):
        system = system_actor(tenant.id, "seed_demo")
        return {
            "tenant": slug,
            "users": [_person(system, slug, role) for role in Role],
            "agent_key": _agent(system, "support-agent", AGENT_SCOPES, trusted=True),
            "signing_key": _signing_key(system, "support-agent"),
            "ingest_key": _agent(
                system, "trace-collector", (Permission.TRACES_INGEST,), trusted=False
            ),
        }


def _person(system: Actor, slug: str, role: Role) -> dict[str, str]:
    email, password = f"{role}@{slug}.example", secrets.token_urlsafe(15)
    user = User.objects.create_user(email, password, name=f"{role.label} of {slug.title()}")
    add_member(actor=system, user=user, role=role)
    actor = actor_of_member(user, system.tenant_id)
    if actor is None:
        raise RuntimeError("A member just added is not a member.")
    key = issue_personal_key(actor=actor, label="demo").text
    return {"email": email, "password": password, "role": role, "key": key}


def _agent(system: Actor, name: str, scopes: tuple[Permission, ...], *, trusted: bool) -> str:
    agent = register_agent(actor=system, name=name)
    if trusted:
        trust_agent(actor=system, agent=agent)
    return issue_agent_key(actor=system, agent=agent, label=name, scopes=scopes).text


def _signing_key(system: Actor, name: str) -> str:
    return issue_signing_key(actor=system, agent=Agent.objects.get(name=name)).text


def _write_private(path: Path, content: dict[str, Any]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
