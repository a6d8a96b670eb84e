"""Finding a run among many, in a browser."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from memory.models import SavedView
from tests.ingest.messages import SECOND
from tests.runs import HOUR, a_run, three_runs


@pytest.fixture
def runs(acme):
    return three_runs(acme)


def listed(response):
    return [run.name for run in response.context["screen"].page.items]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"short talk", "long haul", "fell over"}),
        ("q=haul", {"long haul"}),
        ("q=COURIER", {"fell over"}),
        ("status=failed", {"fell over"}),
        ("error=none", {"short talk"}),
        ("error_type=RateLimit", {"fell over"}),
        ("agent=clerk", {"short talk", "long haul"}),
        ("longer=1+min", {"long haul", "fell over"}),
        ("longer=1+min&shorter=1h", {"fell over"}),
        ("shorter=500ms", set()),
        ("agent=clerk&longer=1h", {"long haul"}),
        ("until=2001-01-01", set()),
        ("tool=lookup_order", {"long haul"}),
        ("tool=lookup", set()),
        ("costlier=0.25", {"long haul"}),
        ("costlier=0.26", set()),
        ("cheaper=0.25", {"short talk", "fell over"}),
        ("model=small-2", {"long haul"}),
        ("error_type=TimeoutError", {"long haul"}),
        ("subject=customer-7", {"long haul"}),
        ("subject=customer-8", set()),
        ("agent=helper", {"long haul"}),
        ("q=ORDER", {"long haul"}),
        ("q=execute_tool+lookup", {"long haul"}),
        ("q=small-2+haul", {"long haul"}),
        ("q=small-2+talk", set()),
        ("q=weigh", {"long haul"}),
        ("q=100%25", {"long haul"}),
        ("q=0%25e", set()),
        ("q=wording", set()),
        ("q=cleRK", {"short talk", "long haul"}),
        ("q=0202020202", {"long haul"}),
    ],
)
def test_each_filter_leaves_the_runs_it_says(desk, carol, runs, query, found):
    response = desk(carol).get(f"/runs/?{query}")
    assert set(listed(response)) == found
    assert ("Nothing matches" in response.content.decode()) is (not found)


@pytest.mark.parametrize(
    ("sort", "first"),
    [("", "long haul"), ("longest", "long haul"), ("errors", "fell over"), ("cost", "long haul")],
)
def test_carol_puts_the_list_in_another_order(desk, carol, runs, sort, first):
    assert listed(desk(carol).get(f"/runs/?sort={sort}"))[0] == first


def test_what_is_no_duration_says_what_one_is_and_narrows_nothing(desk, carol, runs):
    response = desk(carol).get("/runs/?longer=soon")
    assert "Write a number and its unit" in response.content.decode()
    assert len(listed(response)) == 3


def test_what_can_be_chosen_is_counted_and_what_is_chosen_goes_away_by_a_press(desk, carol, runs):
    client = desk(carol)
    facets = client.get(client.get("/runs/").context["screen"].narrow).context["facets"]
    counts = {f.label: {v.label: v.count.number for v in f.values} for f in facets}
    assert counts["Agent"] == {"clerk": 2, "courier": 1, "helper": 1}
    assert counts["Tool"] == {"lookup_order": 1}
    assert counts["Status"] == {"Finished": 2, "Failed": 1}
    page = client.get("/runs/?agent=clerk&status=finished").context["screen"]
    left = {facet.label for facet in client.get(page.narrow).context["facets"]}
    assert left == {"Tool", "Model", "Error type"}
    assert [(chip.label, chip.href) for chip in page.chips] == [
        ("Status", "?agent=clerk"),
        ("Agent", "?status=finished"),
    ]


def test_a_page_of_runs_asks_no_more_for_more_of_them(desk, acme, carol, runs):
    client = desk(carol)
    client.get("/runs/")

    def statements():
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/runs/").status_code == 200
        return len(captured)

    few = statements()
    for number in range(10, 40):
        a_run(acme, number, f"run {number}")
    assert statements() == few


def test_later_pages_of_another_order_skip_and_repeat_nothing(desk, acme, carol, monkeypatch):
    for number in range(1, 60):
        a_run(acme, number, f"run {number}", took=(number // 2) * SECOND)
    client = desk(carol)
    first = client.get("/runs/?sort=longest")
    second = client.get(f"/runs/{first.context['screen'].page.next}")
    names = listed(first) + listed(second)
    assert len(names) == len(set(names)) == 59
    back = client.get(f"/runs/{second.context['screen'].page.previous}")
    assert listed(back) == listed(first)


def test_carol_names_her_filters_and_shares_them(desk, acme, carol, dana, runs):
    client = desk(carol)
    saved = client.post("/runs/views/save?agent=clerk", {"name": "Clerks", "shared": "on"})
    assert saved["Location"] == "/runs/?agent=clerk"
    assert "?agent=clerk" in client.get("/runs/").content.decode()
    assert ">Clerks</a>" in desk(dana).get("/runs/").content.decode()
    assert ">Clerks</a>" not in desk(dana).get("/review/").content.decode()
    with tenant_scope(acme.id):
        view = SavedView.objects.get()
        event = AuditEvent.objects.get(kind="view.saved")
    assert event.object_id == view.id
    assert event.payload["listing"] == "runs"
    assert desk(dana).post(f"/views/{view.id}/delete").status_code == 404
    assert client.post(f"/views/{view.id}/delete")["Location"] == "/runs/"
    assert ">Clerks</a>" not in client.get("/runs/").content.decode()


def test_a_view_that_names_nothing_is_refused_beside_its_name(desk, acme, carol, runs):
    refused = desk(carol).post("/runs/views/save", {"name": "All"})
    assert refused.status_code == 422
    assert "Choose a filter first." in refused.content.decode()
    with tenant_scope(acme.id):
        assert not SavedView.objects.exists()


def test_carol_keeps_no_view_of_what_she_may_not_read(desk, carol, runs):
    """A reader of runs decides no reviews."""
    assert desk(carol).post("/review/views/save?kind=expiry", {"name": "x"}).status_code == 404


def test_mallory_sees_neither_the_runs_nor_the_views(desk, carol, mallory, runs):
    desk(carol).post("/runs/views/save?agent=clerk", {"name": "Clerks", "shared": "on"})
    page = desk(mallory).get("/runs/").content.decode()
    assert "No runs yet" in page
    assert "Clerks" not in page


def test_an_open_list_is_told_how_many_runs_are_newer(desk, acme, carol, runs):
    client = desk(carol)
    newer = client.get("/runs/").context["screen"].newer
    assert not client.get(newer).content.strip()
    a_run(acme, 20, "fresh", agent="courier", took=2 * HOUR)
    told = client.get(newer).content.decode()
    assert "1 new or changed run." in told
    assert 'href="/runs/?"' in told
    of_clerk = client.get("/runs/?agent=clerk").context["screen"].newer
    assert not client.get(of_clerk).content.strip()


def test_only_a_list_that_begins_with_the_newest_asks_for_newer_ones(desk, acme, carol):
    client = desk(carol)
    assert client.get("/runs/").context["screen"].newer == "/runs/newer?"
    for number in range(1, 60):
        a_run(acme, number, f"run {number}")
    first = client.get("/runs/").context["screen"]
    assert first.newer is not None
    assert client.get(f"/runs/{first.page.next}").context["screen"].newer is None
    assert client.get("/runs/?sort=longest").context["screen"].newer is None


@pytest.mark.parametrize("seen", ["yesterday", "2026-01-01T00:00:00", "9999-99-99"])
def test_a_moment_that_is_none_is_told_of_everything(desk, carol, runs, seen):
    assert "3 new or changed runs" in desk(carol).get(f"/runs/newer?seen={seen}").content.decode()
