"""What a legal hold keeps of traces: steps, what they said, what they touched, and their keys."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from audit.forgetting import forget_old_traces
from audit.ingest.content import contents_of
from audit.models import MemoryAccess, Run, RunFacet, Span, SpanContent, Trace
from console.accounts.actor import system_actor
from console.accounts.models import Agent
from console.administration import register_agent
from console.platform.clock import now
from console.tenancy.scope import current_tenant_id, tenant_scope
from memory.actions import place_hold, release_hold
from memory.models import HeldRun
from tests.holds.conftest import run_of
from tests.ingest.keeping import keep

GROUND = "Case 7 O 12/26"
SCOPES = ("run", "subject", "agent", "period")


def hold(alice, scope, run):
    """Over the run of customer-7 alone, each scope in its way."""
    clerk = Agent.objects.filter(name="clerk").first()
    if clerk is None:
        clerk = register_agent(actor=system_actor(current_tenant_id(), "test"), name="clerk")
    named = {
        "run": {"run": run},
        "subject": {"subject": "customer-7"},
        "agent": {"agent": clerk},
        "period": {"since": now() - timedelta(days=6), "until": now() - timedelta(days=4)},
    }
    return place_hold(actor=alice.actor, ground=GROUND, **named[scope])


def raw(sql, *parameters):
    """As an injected statement would."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("mnemoscope_app",)
        cursor.execute(sql, parameters)
        return cursor.rowcount


def is_whole(run):
    spans = list(Span.objects.filter(run_id=run.id))
    return (
        len(spans) == len(contents_of(spans)) == 2
        and MemoryAccess.objects.filter(trace_id=spans[0].trace_id).count() == 1
        and Trace.objects.filter(run_id=run.id).count() == 1
        and Run.objects.filter(id=run.id).exists()
    )


REMOVALS = {
    "steps deleted": "DELETE FROM audit_span",
    "content deleted": "DELETE FROM audit_spancontent",
    "content emptied": "UPDATE audit_spancontent SET body = ''",
    "content moved": "UPDATE audit_spancontent SET day = day - 20",
    "content cut off": "UPDATE audit_span SET block_id = NULL, block_index = NULL",
    "steps moved in time": "UPDATE audit_span SET start_time = start_time - interval '20 days'",
    "steps moved to another run": "UPDATE audit_span SET run_id = gen_random_uuid()",
    "steps renamed": "UPDATE audit_span SET name = ''",
    "accesses deleted": "DELETE FROM audit_memoryaccess",
    "accesses emptied": "UPDATE audit_memoryaccess SET memory_id = ''",
    "traces deleted": "DELETE FROM audit_trace",
    "runs deleted": "DELETE FROM audit_run",
    "keys destroyed": "UPDATE keys_datakey SET wrapped = NULL, destroyed_at = now()"
    " WHERE purpose = 'trace'",
    "keys deleted": "DELETE FROM keys_datakey WHERE purpose = 'trace'",
    "a day dropped": "DROP TABLE audit_span_default",
    "a day cut off": "ALTER TABLE audit_span DETACH PARTITION audit_span_default",
    "all emptied": "TRUNCATE audit_span",
    "triggers switched off": "ALTER TABLE audit_span DISABLE TRIGGER ALL",
    "nobody is watched": "SET session_replication_role = 'replica'",
}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("sql", REMOVALS.values(), ids=REMOVALS)
def test_raw_sql_removes_nothing_that_is_held(acme, alice, runs, scope, sql):
    with tenant_scope(acme.id):
        hold(alice, scope, runs[0])
        with pytest.raises((IntegrityError, ProgrammingError)):
            raw(sql)
        assert is_whole(runs[0])


@pytest.mark.parametrize("scope", SCOPES)
def test_retention_takes_all_but_what_is_held_and_the_rest_after(acme, alice, runs, scope):
    keep(acme, content_days=1, span_days=1, access_days=1, count_days=1)
    with tenant_scope(acme.id):
        placed = hold(alice, scope, runs[0])
        forgotten = forget_old_traces({})
        assert (forgotten.spans, forgotten.personal_contents, forgotten.runs) == (2, 1, 1)
        assert is_whole(runs[0])
        assert not Span.objects.filter(run_id=runs[1].id).exists()
        assert forget_old_traces({}).spans == 0
        release_hold(actor=alice.actor, hold=placed, reason="Settled.")
        assert forget_old_traces({}).spans == 2
        assert not SpanContent.objects.exists()
        assert not Run.objects.exists()


def test_control_without_a_hold_the_same_statements_pass(acme, alice, runs):
    with tenant_scope(acme.id):
        hold(alice, "run", runs[0])
        other = Trace.objects.get(run_id=runs[1].id).trace_id
        assert raw("DELETE FROM audit_memoryaccess WHERE trace_id = %s", other) == 1
        assert raw("DELETE FROM audit_span WHERE run_id = %s", runs[1].id) == 2
        assert raw("DELETE FROM audit_trace WHERE run_id = %s", runs[1].id) == 1
        assert raw("DELETE FROM audit_run WHERE id = %s", runs[1].id) == 1


@pytest.mark.parametrize("scope", ["run", "subject", "agent"])
def test_a_hold_stays_where_its_signs_are_taken_away(acme, alice, runs, scope):
    """First what the run is found by, then the run: the usual way around a guard."""
    with tenant_scope(acme.id):
        hold(alice, scope, runs[0])
        raw("UPDATE audit_trace SET subject_id = NULL")
        raw("UPDATE audit_span SET agent = ''")
        raw("DELETE FROM audit_runfacet")
        assert not RunFacet.objects.exists()
        with pytest.raises(IntegrityError):
            raw("DELETE FROM audit_span WHERE run_id = %s", runs[0].id)
        with pytest.raises(ProgrammingError):
            raw("DELETE FROM memory_heldrun")
        assert is_whole(runs[0])


def test_a_hold_goes_with_a_trace_to_another_run(acme, alice, runs):
    with tenant_scope(acme.id):
        hold(alice, "run", runs[0])
        raw("UPDATE audit_trace SET run_id = %s WHERE run_id = %s", runs[1].id, runs[0].id)
        raw("UPDATE audit_span SET run_id = %s WHERE run_id = %s", runs[1].id, runs[0].id)
        assert {held.run_id for held in HeldRun.objects.all()} == {runs[0].id, runs[1].id}
        with pytest.raises(IntegrityError):
            raw("DELETE FROM audit_span WHERE run_id = %s", runs[1].id)


def test_what_arrives_later_about_a_held_subject_is_held_too(acme, alice, runs):
    with tenant_scope(acme.id):
        hold(alice, "subject", runs[0])
    later = run_of(acme, 3, "customer-7")
    with tenant_scope(acme.id):
        with pytest.raises(IntegrityError):
            raw("DELETE FROM audit_span WHERE run_id = %s", later.id)
        assert is_whole(later)


def test_steps_torn_from_their_trace_before_are_held_where_they_lie(acme, alice, runs):
    with tenant_scope(acme.id):
        raw("UPDATE audit_trace SET run_id = %s WHERE run_id = %s", runs[1].id, runs[0].id)
        hold(alice, "agent", runs[0])
        raw("DELETE FROM audit_runfacet")
        with pytest.raises(IntegrityError):
            raw("DELETE FROM audit_span WHERE run_id = %s", runs[0].id)
