"""What a session of the app role can see, whatever SQL it is made to run."""

import uuid

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from audit.actions import set_trace_retention
from audit.rules.retention import Retention
from console.accounts.models import Membership
from console.platform.crypto.context import ContextKind, hmac_pads, sign_context
from console.tenancy.models import Tenant
from console.tenancy.scope import (
    NestedTenantError,
    NoTenantError,
    person_scope,
    system_scope,
    tenant_scope,
)
from memory.actions import place_hold
from memory.models import Memory
from tests.cast import a_memory

TENANT_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND (c.relname = 'tenancy_tenant' OR EXISTS (SELECT FROM pg_attribute a
  WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
"""


def rows(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def memories_seen():
    return rows("SELECT count(*) FROM memory_memory")[0][0]


def forged(tenant_id, *, key=settings.CONTEXT_KEY, pid=None, at=None, kind=ContextKind.TENANT):
    connection.ensure_connection()
    pid = pid if pid is not None else connection.connection.info.backend_pid
    return sign_context(key=key, kind=kind, identifier=tenant_id, backend_pid=pid, at=at)


def show(token):
    rows("SELECT set_config('mnemoscope.context', %s, true)", [token])


def test_without_a_context_every_tenant_table_is_empty(acme, alice, robo):
    a_memory(robo)
    tables = [name for (name,) in rows(TENANT_TABLES)]
    assert {"tenancy_tenant", "memory_memory", "audit_auditevent", "accounts_apikey"} <= set(tables)
    for table in tables:
        assert rows(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_the_role_that_serves_is_powerless(db):
    [(role, is_super, bypasses)] = rows(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert (role, is_super, bypasses) == ("mnemoscope_app", False, False)


def test_mallory_sees_nothing_of_acme(globex, robo, mallory):
    memory = a_memory(robo)
    with tenant_scope(globex.id):
        assert not Memory.objects.filter(id=memory.id).exists()
        assert memories_seen() == 0


def test_a_true_token_opens_its_tenant_so_that_the_refusals_below_mean_something(acme, robo):
    a_memory(robo)
    show(forged(acme.id))
    assert memories_seen() == 1


@pytest.mark.parametrize(
    "forgery",
    [
        pytest.param(lambda acme: str(acme.id), id="the bare tenant id"),
        pytest.param(lambda acme: forged(acme.id, key=b"x" * 32), id="another key"),
        pytest.param(lambda acme: forged(acme.id, pid=1), id="a token of another backend"),
        pytest.param(lambda acme: forged(acme.id, at=1.0), id="an expired token"),
        pytest.param(lambda acme: forged(acme.id, kind=ContextKind.SYSTEM), id="another kind"),
        pytest.param(lambda acme: forged(acme.id)[:-1] + "!", id="an altered MAC"),
        pytest.param(
            lambda acme: forged(uuid.UUID(int=7)).replace(str(uuid.UUID(int=7)), str(acme.id)),
            id="an altered tenant",
        ),
        pytest.param(lambda acme: "t:::::", id="nothing in it"),
        pytest.param(lambda acme: "", id="empty"),
        pytest.param(lambda acme: "t:\\x:9:9:", id="a broken escape"),
        pytest.param(lambda acme: forged(acme.id) + ":", id="a true token and more"),
    ],
)
def test_an_injected_context_opens_nothing(acme, robo, forgery):
    a_memory(robo)
    show(forgery(acme))
    assert memories_seen() == 0


def shown_in(printed, value):
    """As a plan shows it: byte by byte, in decimal, broken into lines anywhere."""
    return "".join(str(byte) for byte in value) in "".join("".join(printed).split())


def test_no_plan_that_a_session_may_print_holds_the_key(acme):
    """`debug_print_plan` is anybody's to set, and prints what the planner took for a constant."""
    printed = []
    show(forged(acme.id))
    connection.connection.add_notice_handler(
        lambda notice: printed.append(f"{notice.message_primary} {notice.message_detail}")
    )
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")  # as in a session that has asked nothing yet
    rows("SELECT set_config('debug_print_plan', 'on', true)")
    rows("SELECT set_config('client_min_messages', 'log', true)")
    for _ in range(7):  # the sixth may be planned anew, for any value
        assert rows("SELECT mnemoscope_context('t')") == [(acme.id,)]
    rows("SELECT 'a constant of a plan'::bytea")
    assert shown_in(printed, b"a constant of a plan")
    for pad in hmac_pads(settings.CONTEXT_KEY):
        assert not shown_in(printed, pad)


@pytest.mark.parametrize(
    "injection",
    [
        "SET ROLE mnemoscope_owner",
        "SET SESSION AUTHORIZATION mnemoscope_owner",
        "SELECT * FROM mnemoscope_private.context_key",
        "ALTER TABLE memory_memory DISABLE ROW LEVEL SECURITY",
        "TRUNCATE memory_memory CASCADE",
        "DROP POLICY tenant ON memory_memory",
        "CREATE TABLE loot AS SELECT * FROM memory_memory",
        "SET track_activities = on",
    ],
)
def test_an_injected_statement_is_refused(acme, robo, injection):
    a_memory(robo)
    with pytest.raises(ProgrammingError), transaction.atomic():
        rows(injection)


def test_a_row_cannot_be_written_into_another_tenant(acme, globex, robo):
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        tenant_scope(acme.id),
    ):
        Memory.objects.create(tenant_id=globex.id, state="active")


def test_a_row_cannot_point_into_another_tenant(acme, spybot, robo):
    theirs = a_memory(spybot)
    with pytest.raises(IntegrityError), tenant_scope(acme.id):
        Memory.objects.create(state="active", supersedes_id=theirs.id)


def test_nothing_is_reachable_outside_a_scope(acme):
    with pytest.raises(NoTenantError):
        Memory.objects.count()


def test_a_scope_does_not_open_inside_another_tenants(acme, globex):
    with (
        tenant_scope(acme.id),
        pytest.raises(NestedTenantError),
        tenant_scope(globex.id),
    ):
        pass


def test_the_scope_ends_with_an_error_too(acme, robo):
    a_memory(robo)
    with pytest.raises(ZeroDivisionError), tenant_scope(acme.id):
        raise ZeroDivisionError
    assert memories_seen() == 0


def test_a_person_sees_their_own_memberships_before_they_choose_a_tenant(acme, alice, mallory):
    with person_scope(alice.user.id):
        assert [m.user_id for m in Membership.of_person.all()] == [alice.user.id]
        assert [tenant.slug for tenant in Tenant.objects.all()] == ["acme"]
        assert memories_seen() == 0


def test_a_sweep_sees_the_list_of_tenants_and_nothing_in_them(acme, globex, alice, robo):
    a_memory(robo)
    with tenant_scope(acme.id):
        place_hold(actor=alice.actor, subject="jonas-weber", ground="Case 7")
        set_trace_retention(actor=alice.actor, days=Retention(content_days=7))
    with system_scope():
        assert {tenant.slug for tenant in Tenant.objects.all()} == {"acme", "globex"}
        for (table,) in rows(TENANT_TABLES):
            if table != "tenancy_tenant":
                assert rows(f"SELECT count(*) FROM {table}") == [(0,)], table
