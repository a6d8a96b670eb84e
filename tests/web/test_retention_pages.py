"""Retention in a browser: what is in force, what would go, and what went."""

import csv
import io

from audit.pruning import Reason
from audit.trail import append
from console.accounts.actor import system_actor
from console.tenancy.scope import tenant_scope
from memory.models import RetentionReport, State
from memory.retention.lines import Line
from memory.retention.rules import Rules, rules_in_force
from memory.retention.sweep import carry_out
from tests.cast import a_memory
from tests.lifecycle.test_retention_rules import later

PAGE = "/settings/retention/"
NUMBERS = Rules().traces.as_dict()


def sent(*rules, **fields):
    rows = {
        f"rules-{at}-{name}": value for at, rule in enumerate(rules) for name, value in rule.items()
    }
    form = {"rules-TOTAL_FORMS": len(rules), "rules-INITIAL_FORMS": 0}
    return NUMBERS | form | rows | {"reason": "<b>law</b>"} | fields


def test_alice_looks_what_would_go_confirms_it_and_reads_what_went(desk, acme, alice, robo):
    a_memory(robo, "Likes tea.", subject="customer-7")
    assert "as policy granted" in desk(alice).get(PAGE).content.decode()
    with later(days=11):
        client = desk(alice)
        rule = {"data_class": "personal", "age_days": 10}
        response = client.post(PAGE, sent(rule, {}), follow=True)
        shown = response.content.decode()
        assert "What would be removed" in shown
        assert "personal data" in shown
        assert "<b>law" not in shown
        assert "Put these rules into force" in shown
        with tenant_scope(acme.id):
            assert rules_in_force() == Rules()
        confirmed = client.post(f"{response.request['PATH_INFO']}/confirm", follow=True)
        assert "ends at 10 d" in confirmed.content.decode()
        run = carry_out(acme.id, {})
        shown = client.get(f"{PAGE}reports/{run.id}").content.decode()
        assert "What was removed" in shown
        assert "Put these rules into force" not in shown
        assert str(run.id) in client.get(f"{PAGE}reports/").content.decode()
        taken = client.get(f"{PAGE}reports/{run.id}?form=csv")
        rows = csv.DictReader(io.StringIO(taken.content.decode()))
        [row] = [row for row in rows if row["store"] == "end"]
        assert (row["data_class"], row["count"]) == ("personal", "1")
        document = client.get(f"{PAGE}reports/{run.id}?form=json").json()
        assert document["rules"]["memories"][0]["age_days"] == 10


def test_what_does_not_hold_is_said_beside_its_field(desk, acme, alice):
    client = desk(alice)
    wrong = client.post(PAGE, sent({"age_days": -1}))
    assert wrong.status_code == 422
    assert wrong.context["form"].memories.errors[0].keys() == {"age_days"}
    wrong = client.post(PAGE, sent(span_days=5))
    assert set(wrong.context["form"].traces.errors) == {"span_days"}
    with tenant_scope(acme.id):
        assert not RetentionReport.objects.exists()


def test_alice_says_for_how_long_events_are_kept(desk, acme, alice):
    client = desk(alice)
    shown = client.get(PAGE).content.decode()
    assert "Audit events, in days" in shown
    assert "Nobody said for how long." in shown
    wrong = client.post(PAGE, sent({}, event_days=179))
    assert wrong.status_code == 422
    assert set(wrong.context["form"].events.errors) == {"event_days"}
    report = client.post(PAGE, sent({}, event_days=180))["Location"]
    shown = client.get(report).content.decode()
    assert "<dt>Audit events</dt><dd>180</dd>" in shown
    client.post(f"{report}/confirm")
    with tenant_scope(acme.id):
        assert rules_in_force().event_days == 180
    shown = client.get(PAGE).content.decode()
    assert "180 d" in shown
    assert "Nobody said for how long." not in shown
    report = client.post(PAGE, sent({}))["Location"]
    assert "for good" in client.get(report).content.decode()


def test_a_report_says_why_events_stay(desk, acme, alice):
    line = Line(store="events", rule="180 days", waiting=7, reason=Reason.STREAM)
    with tenant_scope(acme.id):
        report = RetentionReport.objects.create(
            kind="run",
            rules=Rules(event_days=180).as_json(),
            lines=[line.as_json()],
            made_by_kind="system",
            made_by_id=alice.actor.id,
            made_by_label="retention",
        )
        append(
            actor=alice.actor,
            kind="retention.carried_out",
            object_kind=report.audit_kind,
            object_id=report.id,
        )
    shown = desk(alice).get(f"{PAGE}reports/{report.id}").content.decode()
    assert "7 more stay. A stream has yet to send them." in shown


def test_a_report_that_was_overtaken_is_not_confirmed(desk, acme, alice):
    client = desk(alice)
    first = client.post(PAGE, sent({"age_days": 10}))["Location"]
    second = client.post(PAGE, sent({"age_days": 20}))["Location"]
    assert client.post(f"{second}/confirm").status_code == 302
    assert "Simulate again" in client.post(f"{first}/confirm", follow=True).content.decode()
    with tenant_scope(acme.id):
        assert rules_in_force().memories[0].age_days == 20


def test_dana_reads_and_changes_nothing_and_carol_sees_none_of_it(desk, acme, alice, dana, carol):
    report = desk(alice).post(PAGE, sent({"age_days": 10}))["Location"]
    reads = desk(dana)
    assert "Simulate…" not in reads.get(PAGE).content.decode()
    assert "Put these" not in reads.get(report).content.decode()
    assert reads.post(PAGE, sent({"age_days": 10})).status_code == 403
    assert reads.post(f"{report}/confirm").status_code == 403
    for path in (PAGE, f"{PAGE}reports/", report):
        assert desk(carol).get(path).status_code == 404


def test_what_has_no_limit_is_named(desk, acme, alice, robo):
    memory = a_memory(robo)
    with tenant_scope(acme.id):
        type(memory).objects.filter(id=memory.id).update(expires_at=None)
        system = system_actor(acme.id, "test")
        append(actor=system, kind="memory.refreshed", object_id=memory.id)
        assert type(memory).objects.get().state == State.ACTIVE
    shown = desk(alice).get(PAGE).content.decode()
    assert "Memories in force without an end" in shown
    assert "Audit events" in shown


def test_the_pages_ask_the_same_number_of_questions_however_much_there_is(
    desk, acme, alice, robo, django_assert_max_num_queries
):
    client = desk(alice)
    for number in range(6):
        a_memory(robo, f"Number {number}.")
        client.post(PAGE, sent({"age_days": 10 + number}))
    for path in (PAGE, f"{PAGE}reports/"):
        with django_assert_max_num_queries(45):
            client.get(path)
