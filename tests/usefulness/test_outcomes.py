"""Saying how a run went: by an agent or a person, before or after its spans arrive."""

import pytest

from audit.models import AuditEvent, Run, RunOutcome
from audit.outcomes import outcomes_of
from console.accounts.permissions import Permission
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import an_agent
from tests.ingest.messages import a_span

TRACE = b"\7" * 16


def a_run(ingest, conversation="case-1"):
    ingest(a_span("triage", trace_id=TRACE, attributes={"gen_ai.conversation.id": conversation}))


def the_run(tenant):
    with tenant_scope(tenant.id):
        return Run.objects.get()


def test_an_agent_reports_by_the_runs_id_and_the_event_tells_it(acme, robo, carol, ingest):
    a_run(ingest)
    run = the_run(acme)
    report = {"result": "failure", "score": 0.2, "note": "The customer called again."}
    answer = door_of(robo).post(f"runs/{run.id}/outcomes", report)
    assert answer.status_code == 201
    assert answer.json()["run_id"] == str(run.id)
    assert "note" not in answer.json()
    [shown] = door_of(carol).get(f"runs/{run.id}/outcomes").json()["results"]
    assert (shown["result"], shown["score"], shown["note"]) == tuple(report.values())
    assert shown["reported_by"]["label"] == "robo"
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="run.outcome_reported")
        assert event.payload == {"run_id": str(run.id), "result": "failure", "score": 0.2}
        assert event.note == "The customer called again."


@pytest.mark.parametrize("name", [{"conversation": "case-1"}, {"trace_id": TRACE.hex()}])
def test_what_is_reported_before_the_spans_arrive_is_found_by_the_run(
    acme, robo, carol, ingest, name
):
    assert door_of(robo).post("outcomes", {"result": "success", **name}).status_code == 201
    a_run(ingest)
    [shown] = door_of(carol).get(f"runs/{the_run(acme).id}/outcomes").json()["results"]
    assert shown["result"] == "success"


def test_a_session_is_a_name_too(acme, robo, carol, ingest):
    ingest(a_span("triage", attributes={"session.id": "s-1"}))
    door_of(robo).post("outcomes", {"result": "success", "session": "s-1"})
    assert len(door_of(carol).get(f"runs/{the_run(acme).id}/outcomes").json()["results"]) == 1


def test_a_persons_word_stands_before_an_agents_later_one(acme, robo, bob, ingest):
    a_run(ingest)
    run = the_run(acme)
    door_of(bob).post(f"runs/{run.id}/outcomes", {"result": "failure"})
    door_of(robo).post(f"runs/{run.id}/outcomes", {"result": "success"})
    with tenant_scope(acme.id):
        assert [one.result for one in outcomes_of(run)] == ["failure", "success"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"result": "superb", "conversation": "c"}, "result", "invalid_choice"),
        ({"conversation": "c"}, "result", "required"),
        ({"result": "success", "score": 1.1, "conversation": "c"}, "score", "out_of_range"),
        ({"result": "success", "score": "1", "conversation": "c"}, "score", "wrong_type"),
        ({"result": "success", "note": "x" * 501, "conversation": "c"}, "note", "too_long"),
        ({"result": "success"}, "body", "one_run"),
        ({"result": "success", "conversation": "c", "session": "s"}, "body", "one_run"),
        ({"result": "success", "trace_id": "0" * 32}, "trace_id", "invalid_trace_id"),
        ({"result": "success", "trace_id": "é" * 32}, "trace_id", "invalid_trace_id"),
    ],
)
def test_a_report_that_does_not_hold_is_refused_and_nothing_is_stored(
    acme, robo, body, field, code
):
    problem = problem_of(door_of(robo).post("outcomes", body), 422, "invalid")
    assert field_codes(problem) == {field: code}
    with tenant_scope(acme.id):
        assert not RunOutcome.objects.exists()


def test_who_may_not_report_is_refused_and_another_tenants_run_is_not_there(
    acme, robo, carol, spybot, ingest
):
    a_run(ingest)
    path, report = f"runs/{the_run(acme).id}/outcomes", {"result": "failure"}
    problem_of(door_of(carol).post(path, report), 403, "not_permitted")
    problem_of(door_of(spybot).post(path, report), 404, "not_found")
    problem_of(door_of(spybot).get(path), 404, "not_found")
    mute = an_agent(acme, "mute", scopes=frozenset({Permission.TRACES_INGEST}))
    problem_of(door_of(mute).post("outcomes", report | {"session": "s"}), 403, "not_permitted")
    with tenant_scope(acme.id):
        assert not RunOutcome.objects.exists()


def test_a_report_that_is_repeated_counts_once(acme, robo):
    headers = {"Idempotency_Key": "again"}
    report = {"result": "success", "conversation": "case-1"}
    answers = [door_of(robo).post("outcomes", report, **headers).json() for _ in range(2)]
    assert answers[0] == answers[1]
    with tenant_scope(acme.id):
        assert RunOutcome.objects.count() == 1


def test_a_reviewer_reports_on_the_runs_page_and_a_reader_only_reads(
    acme, bob, carol, ingest, desk
):
    a_run(ingest)
    address = f"/runs/{the_run(acme).id}"
    page = desk(bob).get(address).content.decode()
    assert "Nobody has reported it" in page
    bad = desk(bob).post(f"{address}/outcome", {"result": "success", "score": "7"})
    assert bad.status_code == 422
    assert "less than or equal to 1" in bad.content.decode()
    said = {"result": "failure", "score": "", "note": "<b>Wrong</b> parcel."}
    assert desk(bob).post(f"{address}/outcome", said).status_code == 302
    page = desk(carol).get(address).content.decode()
    assert "&lt;b&gt;Wrong&lt;/b&gt; parcel." in page
    assert "Report how it went" not in page
    assert desk(carol).post(f"{address}/outcome", said).status_code == 404
