"""Which tenant the work at hand belongs to. Without one, nothing can be read or written.

A scope is one transaction: the database learns the tenant by a signed, transaction-local setting
(`console.platform.crypto.context`), so it ends with the transaction however that ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from console.platform.crypto.context import ContextKind, sign_context
from console.platform.telemetry.statements import traced_cursors

NOBODY = UUID(int=0)


class NoTenantError(RuntimeError):
    """Tenant data was touched outside a tenant scope."""


class NestedTenantError(RuntimeError):
    """A scope of one tenant was opened inside the scope of another."""


_tenant: ContextVar[UUID | None] = ContextVar("mnemoscope_tenant", default=None)


def current_tenant_id() -> UUID:
    tenant_id = _tenant.get()
    if tenant_id is None:
        raise NoTenantError("Open a tenant_scope() before touching a tenant's data.")
    return tenant_id


@contextmanager
def tenant_scope(tenant_id: UUID) -> Iterator[None]:
    """One transaction in which exactly this tenant's rows exist."""
    active = _tenant.get()
    if active is not None and active != tenant_id:
        raise NestedTenantError(f"Already inside tenant {active}; leave it first.")
    if active == tenant_id:
        yield
        return
    with _context(ContextKind.TENANT, tenant_id):
        token = _tenant.set(tenant_id)
        try:
            yield
        finally:
            _tenant.reset(token)


@contextmanager
def person_scope(user_id: UUID) -> Iterator[None]:
    """One transaction in which a person's own memberships, and those tenants' names, exist."""
    with _context(ContextKind.PERSON, user_id):
        yield


@contextmanager
def system_scope() -> Iterator[None]:
    """One transaction in which the list of tenants exists, for sweeps that then enter each."""
    with _context(ContextKind.SYSTEM, NOBODY):
        yield


@contextmanager
def _context(kind: ContextKind, identifier: UUID) -> Iterator[None]:
    if _tenant.get() is not None:
        raise NestedTenantError("Leave the tenant scope first.")
    nested = connection.in_atomic_block
    with traced_cursors(), transaction.atomic():
        _show(kind, identifier)
        yield
        if nested:
            # What a commit would check is checked here, while the context still stands; and the
            # enclosing transaction must not keep a setting that outlives a released savepoint.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                cursor.execute("SET LOCAL mnemoscope.context = ''")


def _show(kind: ContextKind, identifier: UUID) -> None:
    connection.ensure_connection()
    raw: Any = connection.connection
    with connection.wrap_database_errors:  # a connection that has just died has no process
        backend_pid = raw.info.backend_pid
    token = sign_context(
        key=settings.CONTEXT_KEY,
        kind=kind,
        identifier=identifier,
        backend_pid=backend_pid,
    )
    with connection.cursor() as cursor:
        # A statement, not set_config(): Citus sends only SET LOCAL on to its workers. The token
        # is ours: letters, digits, ':' and '-'.
        cursor.execute(f"SET LOCAL mnemoscope.context = '{token}'")
