"""How long traces are kept is a tenant's own choice, and an owner's."""

import pytest

from audit.actions import set_trace_retention
from audit.models import AuditEvent, TraceRetention
from audit.rules.retention import Retention
from audit.rules.setting import retention_of_tenant
from console.platform.errors import InvalidInputError, NotPermittedError
from console.tenancy.scope import tenant_scope


def test_alice_keeps_content_for_a_week_and_globex_keeps_the_defaults(acme, globex, alice):
    with tenant_scope(acme.id):
        set_trace_retention(actor=alice.actor, days=Retention(content_days=7), reason="less")
        assert retention_of_tenant() == Retention(content_days=7)
        event = AuditEvent.objects.get(kind="traces.retention_set")
        assert (event.payload["before"]["content_days"], event.note) == (30, "less")
        assert event.payload["after"]["content_days"] == 7
    with tenant_scope(globex.id):
        assert retention_of_tenant() == Retention()


def test_content_is_never_kept_longer_than_the_span_that_leads_to_it():
    with pytest.raises(InvalidInputError) as refused:
        Retention(content_days=91, span_days=90)
    assert [problem.field for problem in refused.value.problems] == ["span_days"]
    with pytest.raises(InvalidInputError):
        Retention(count_days=0)


@pytest.mark.parametrize("who", ["bob", "dana", "carol", "robo"])
def test_nobody_but_an_owner_changes_it(acme, who, request):
    someone = request.getfixturevalue(who)
    with tenant_scope(acme.id), pytest.raises(NotPermittedError):
        set_trace_retention(actor=someone.actor, days=Retention(span_days=30))
    with tenant_scope(acme.id):
        assert not TraceRetention.objects.exists()
