"""The list of runs: the latest activity first, narrowed, and nobody else's."""

from uuid import uuid4

import pytest

from audit.models import Run, RunStatus
from audit.timelines.runs import RunFilter, find_runs, run_of
from console.platform.errors import NotFoundError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope

pytestmark = pytest.mark.django_db


def names(wanted: RunFilter) -> list[str]:
    return [run.name for run in find_runs(wanted)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (RunFilter(), [f"run-{number}" for number in range(6, -1, -1)]),
        (RunFilter(status=RunStatus.FAILED), ["run-3"]),
        (RunFilter(status=RunStatus.RUNNING), ["run-5"]),
        (RunFilter(agent="cook"), ["run-6", "run-4", "run-2", "run-0"]),
        (RunFilter(has_errors=True), ["run-3"]),
        (RunFilter(memory_id="m1"), ["run-5"]),
        (RunFilter(text="CASE-2"), ["run-2"]),
        (RunFilter(text="100%"), []),
        (RunFilter(service="elsewhere"), []),
        (RunFilter(agent="clerk", has_errors=False), ["run-5", "run-1"]),
    ],
)
def test_a_filter_narrows_the_list(
    acme: Tenant, seven_runs: None, wanted: RunFilter, found: list[str]
):
    with tenant_scope(acme.id):
        assert names(wanted) == found


def test_a_time_narrows_the_list(acme: Tenant, seven_runs: None):
    with tenant_scope(acme.id):
        middle = Run.objects.get(name="run-4")
        assert names(RunFilter(since=middle.last_seen)) == ["run-6", "run-5", "run-4"]
        assert names(RunFilter(until=middle.first_seen)) == ["run-3", "run-2", "run-1", "run-0"]


def test_another_tenants_run_looks_like_none(acme: Tenant, globex: Tenant, seven_runs: None):
    with tenant_scope(acme.id):
        run = Run.objects.earliest("last_seen")
    with tenant_scope(globex.id):
        assert names(RunFilter()) == []
        with pytest.raises(NotFoundError) as theirs:
            run_of(run.id)
        with pytest.raises(NotFoundError) as nobodys:
            run_of(uuid4())
    assert str(theirs.value) == str(nobodys.value)
