"""Celery's tasks, as whoever can put a message into the queue would call them."""

import inspect
from functools import cache
from random import Random
from typing import Any
from uuid import UUID, uuid4

from console.celery import app
from tests.security.walls.doors import Ids, an_id

# Takes no tenant's id, and why.
EXCUSED = {
    "audit.tasks.tell_failed_sign_in": "It is about a person, and told in each of their tenants.",
}


@cache
def parameters() -> dict[str, tuple[str, ...]]:
    """Of every task of the project."""
    app.loader.import_default_modules()
    return {
        name: tuple(inspect.signature(task.run).parameters)
        for name, task in app.tasks.items()
        if not name.startswith("celery.")
    }


@cache
def of_a_tenant() -> tuple[str, ...]:
    return tuple(sorted(name for name, taken in parameters().items() if "tenant_id" in taken))


def arguments(chance: Random, name: str, tenant_id: UUID, ids: Ids) -> dict[str, Any]:
    """For a tenant, with what is another's wherever the task takes more than that."""
    more = {one: _named(chance, one, ids) for one in parameters()[name] if one != "tenant_id"}
    return {"tenant_id": str(tenant_id), **more}


def nobodys(chance: Random) -> str:
    return chance.choice([str(uuid4()), str(UUID(int=0)), "*", "", "'--"])


def _named(chance: Random, parameter: str, ids: Ids) -> Any:
    if parameter == "dropped":  # days of tables, by table: those that a tenant's spans are of
        return {"audit_span": ["2026-11-21"], "audit_spancontent": ["2026-11-21"]}
    return an_id(chance, ids, parameter)
