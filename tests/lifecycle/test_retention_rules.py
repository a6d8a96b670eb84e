"""Rules of retention by kind, tier and data class: looked at first, then confirmed, then swept."""

from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent, SpanContent
from audit.rules.retention import Retention
from audit.rules.setting import retention_of_tenant
from console.platform.clock import now
from console.platform.errors import ConflictError, InvalidInputError, NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.actions import confirm_retention, expire_memory, place_hold, simulate_retention
from memory.models import Memory, ReportKind, RetentionReport, RetentionRuleSet, State
from memory.retention.rules import MemoryRule, Rules, rules_in_force
from memory.retention.sweep import carry_out
from tests.cast import a_memory
from tests.holds.conftest import run_of
from tests.ingest.conftest import no_day_remembered

__all__ = ["no_day_remembered"]

SHORT = Rules(memories=(MemoryRule(data_class="personal", age_days=10),))


def later(**time):
    return time_machine.travel(now() + timedelta(**time), tick=True)


def confirmed(alice, rules):
    report = simulate_retention(actor=alice.actor, rules=rules, reason="law")
    return confirm_retention(actor=alice.actor, report=report)


def lines(report, **fields):
    return [
        line for line in report.lines if all(line[name] == value for name, value in fields.items())
    ]


@pytest.fixture
def memories(acme, robo):
    """One of each class that screening tells, one that its writer calls special."""
    return {
        "personal": a_memory(robo, "Likes tea.", subject="customer-7"),
        "found": a_memory(robo, "Write to jonas@mail.example."),
        "none": a_memory(robo, "The shop opens at nine."),
        "special": a_memory(robo, "Has asthma.", metadata={"data_class": "special"}),
    }


def test_each_memory_ends_by_the_rule_of_its_class(acme, alice, memories):
    with later(days=11):
        with tenant_scope(acme.id):
            confirmed(alice, SHORT)
        report = carry_out(acme.id, {})
        with tenant_scope(acme.id):
            states = {name: Memory.objects.get(id=m.id).state for name, m in memories.items()}
            ended = AuditEvent.objects.filter(kind="memory.expired", reason="retention")
            assert ended.count() == 2
    assert states == {
        "personal": State.EXPIRED,
        "found": State.EXPIRED,
        "none": State.ACTIVE,
        "special": State.ACTIVE,
    }
    [line] = lines(report, store="end")
    assert (line["rule"], line["data_class"], line["count"]) == ("personal data", "personal", 2)


def test_of_rules_that_fit_the_shortest_counts_and_the_policy_where_none_does(acme, alice, robo):
    fact, event = a_memory(robo, kind="fact"), a_memory(robo, kind="event")
    with tenant_scope(acme.id):
        for memory in (fact, event):
            expire_memory(actor=alice.actor, memory=memory, reason="outdated")
        rules = (MemoryRule(keep_days=60), MemoryRule(kind="event", keep_days=5))
        confirmed(alice, Rules(memories=rules))
    with later(days=6):
        report = carry_out(acme.id, {})
        assert [
            (line["rule"], line["count"]) for line in lines(report, store="words", count=1)
        ] == [("event", 1)]
    with later(days=61), tenant_scope(acme.id):
        report = simulate_retention(actor=alice.actor, rules=Rules())
        assert lines(report, store="words")[0]["rule"] == "policy"
        assert report.removed == 0
    with later(days=61):
        [line] = lines(carry_out(acme.id, {}), store="words")
        assert (line["rule"], line["count"]) == ("every memory", 1)


def test_a_simulation_says_what_would_go_and_removes_nothing(acme, alice, memories):
    with tenant_scope(acme.id):
        place_hold(actor=alice.actor, ground="case", memory=memories["personal"])
    with later(days=11), tenant_scope(acme.id):
        report = simulate_retention(actor=alice.actor, rules=SHORT)
        [line] = lines(report, store="end")
        assert (line["count"], line["held"]) == (1, 1)
        assert line["oldest"] == memories["found"].created_at.date().isoformat()
        assert rules_in_force() == Rules()
        assert not Memory.objects.exclude(state=State.ACTIVE).exists()
        confirm_retention(actor=alice.actor, report=report)
        assert rules_in_force() == SHORT
        event = AuditEvent.objects.get(kind="retention.rules_set")
        assert event.payload["report_id"] == str(report.id)
    with later(days=11):
        report = carry_out(acme.id, {})
        assert (lines(report, store="end")[0]["count"], report.held) == (1, 1)


def test_a_simulation_tells_when_the_first_would_go(acme, alice, memories):
    with tenant_scope(acme.id):
        [line] = lines(simulate_retention(actor=alice.actor, rules=SHORT), store="end")
        first = min(memories[name].created_at for name in ("personal", "found"))
        assert (line["count"], line["next_at"]) == (
            0,
            (first + timedelta(days=10)).date().isoformat(),
        )


def test_what_spans_said_about_subjects_may_go_before_the_rest(acme, alice, no_day_remembered):
    run_of(acme, 1, "customer-7", days=5)
    with tenant_scope(acme.id):
        confirmed(alice, Rules(traces=Retention(personal_content_days=3)))
        assert retention_of_tenant().personal_content_days == 3
    report = carry_out(acme.id, {})
    [line] = lines(report, store="personal_contents")
    assert (line["count"], line["rule"]) == (1, "3 days")
    with tenant_scope(acme.id):
        assert not SpanContent.objects.exists()


def test_every_run_that_removed_something_is_reported_and_others_once_a_day(acme, alice, memories):
    with tenant_scope(acme.id):
        confirmed(alice, SHORT)
    assert carry_out(acme.id, {}).removed == 0
    assert carry_out(acme.id, {}) is None
    with later(days=11):
        assert carry_out(acme.id, {}).removed == 2
        assert carry_out(acme.id, {}) is None
    with tenant_scope(acme.id):
        assert RetentionReport.objects.filter(kind=ReportKind.RUN).count() == 2
        assert AuditEvent.objects.filter(kind="retention.carried_out").count() == 2


def test_what_was_not_looked_at_today_or_was_overtaken_is_not_confirmed(acme, alice):
    with tenant_scope(acme.id):
        old = simulate_retention(actor=alice.actor, rules=SHORT)
        confirmed(alice, Rules(memories=(MemoryRule(age_days=99),)))
        with pytest.raises(ConflictError, match="other rules"):
            confirm_retention(actor=alice.actor, report=old)
        newer = simulate_retention(actor=alice.actor, rules=SHORT)
    with later(hours=25), tenant_scope(acme.id), pytest.raises(ConflictError, match="again"):
        confirm_retention(actor=alice.actor, report=newer)


def test_only_an_owner_says_for_how_long(acme, bob, dana, robo, alice):
    with tenant_scope(acme.id):
        report = simulate_retention(actor=alice.actor, rules=SHORT)
        for other in (bob, dana, robo):
            with pytest.raises(NotPermittedError):
                simulate_retention(actor=other.actor, rules=SHORT)
            with pytest.raises(NotPermittedError):
                confirm_retention(actor=other.actor, report=report)
        assert not RetentionRuleSet.objects.exists()


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({}, "age_days"),
        ({"age_days": -1}, "age_days"),
        ({"kind": "x", "age_days": 1}, "kind"),
        ({"tier": "x", "age_days": 1}, "tier"),
        ({"data_class": "x", "age_days": 1}, "data_class"),
        ({"keep_days": 10**6}, "keep_days"),
    ],
)
def test_a_rule_that_does_not_hold_is_refused(rule, field):
    with pytest.raises(InvalidInputError) as refused:
        Rules(memories=(MemoryRule(**rule),))
    assert refused.value.problems[0].field == f"memories.0.{field}"
