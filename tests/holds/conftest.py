from datetime import timedelta

import pytest

from audit.ingest.columns import instant_ns
from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.ingest.conftest import no_day_remembered
from tests.runs import a_run

__all__ = ["no_day_remembered"]

DAY_NS = 86_400 * 10**9


def run_of(tenant, number, subject, *, agent="clerk", days=0):
    """A trace of two steps about `subject`, the second a look into memory `m-<number>`."""
    search = {
        "gen_ai.operation.name": "search_memory",
        "gen_ai.memory.record.id": f"m-{number}",
        "user.id": subject,
    }
    at = instant_ns(now() - timedelta(days=days)) - 100 * 10**9
    return a_run(tenant, number, f"talk {number}", agent=agent, at=at, steps={"look": search})


@pytest.fixture
def runs(acme, no_day_remembered):
    """One about customer-7, and one about customer-8; both of days ago, of agents unlike."""
    return (
        run_of(acme, 1, "customer-7", agent="clerk", days=5),
        run_of(acme, 2, "customer-8", agent="courier", days=10),
    )


@pytest.fixture
def subject(acme, runs):
    with tenant_scope(acme.id):
        return Subject.objects.get(external_id="customer-7")
