"""Rules are kept in each process, and a change in another is seen within seconds."""

from importlib import import_module
from types import SimpleNamespace

import pytest

from audit.rules import trace_rules
from audit.rules.trace_rules import FRESH, LONGEST, forget_rules, rules_of_tenant
from console.tenancy.scope import tenant_scope
from tests.rules.test_mapping import AGENT, set_mapping


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(at=1_000.0)
    monkeypatch.setattr(trace_rules, "monotonic", lambda: clock.at)
    return clock


@pytest.fixture
def elsewhere(monkeypatch):
    """As if every change were made in another process."""
    verb = import_module("audit.actions.set_trace_rules")
    monkeypatch.setattr(verb, "forget_rules", lambda tenant_id: None)


def rules(tenant):
    with tenant_scope(tenant.id):
        return rules_of_tenant()


def test_a_change_in_another_process_is_seen_within_ten_seconds(acme, alice, clock, elsewhere):
    assert FRESH < 10
    before = rules(acme)
    set_mapping(alice, AGENT)
    assert rules(acme) is before
    clock.at += FRESH
    assert "acme.who" in rules(acme).index.fields


def test_a_change_in_this_process_is_seen_at_once(acme, alice, clock):
    before = rules(acme)
    set_mapping(alice, AGENT)
    assert rules(acme) is not before


def test_nothing_is_asked_or_compiled_while_nothing_changes(
    acme, clock, django_assert_num_queries, monkeypatch
):
    kept = rules(acme)
    asked = []
    monkeypatch.setattr(trace_rules, "fetch", lambda *args: asked.append(args) or [])
    with tenant_scope(acme.id), django_assert_num_queries(0):
        assert rules_of_tenant() is kept
    assert asked == []
    clock.at += FRESH
    assert rules(acme) is kept
    assert len(asked) == 1
    clock.at += LONGEST  # a rotated key is asked for again
    assert rules(acme) is not kept


def test_each_tenant_has_its_own_and_no_more_are_kept_than_a_process_can_hold(
    acme, globex, alice, monkeypatch
):
    monkeypatch.setattr(trace_rules, "MAX_TENANTS", 1)
    set_mapping(alice, AGENT)
    assert "acme.who" in rules(acme).index.fields
    assert "acme.who" not in rules(globex).index.fields
    assert acme.id not in trace_rules._kept
    forget_rules(globex.id)
    forget_rules(globex.id)


def test_a_tenant_without_any_rules_pays_for_nothing_but_what_ships(acme):
    found = rules(acme)
    assert found.index is trace_rules.BUILT_IN
    assert found.redactor is not None
