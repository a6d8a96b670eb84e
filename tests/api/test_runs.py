"""Finding runs over the API, by the same filters as on the page."""

import pytest

from tests.api.door import door_of, field_codes, problem_of
from tests.runs import a_run, three_runs

SECOND = 10**9


@pytest.fixture
def runs(acme):
    return three_runs(acme)


def names(holder, query):
    response = door_of(holder).get(f"runs?{query}")
    assert response.status_code == 200, response.json()
    return [run["name"] for run in response.json()["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"short talk", "long haul", "fell over"}),
        ("state=failed", {"fell over"}),
        ("agent=helper", {"long haul"}),
        ("tool=lookup_order", {"long haul"}),
        ("model=small-2", {"long haul"}),
        ("error_type=RateLimit", {"fell over"}),
        ("errors=none", {"short talk"}),
        ("subject=customer-7", {"long haul"}),
        ("subject=customer-8", set()),
        ("longer=1min&shorter=1h", {"fell over"}),
        ("longer=0.5s", {"short talk", "long haul", "fell over"}),
        ("q=lookup+haul", {"long haul"}),
        ("q=wording", set()),
        ("min_cost=0.25&max_cost=1", {"long haul"}),
        ("max_cost=0.250000001", {"short talk", "long haul", "fell over"}),
        ("until=2001-01-01T00:00:00Z", set()),
    ],
)
def test_each_filter_leaves_the_runs_it_says(carol, runs, query, found):
    assert set(names(carol, query)) == found


@pytest.mark.parametrize("order", ["newest", "longest", "cost", "errors"])
def test_in_every_order_pages_skip_and_repeat_nothing(acme, carol, order):
    for number in range(1, 8):
        a_run(acme, number, f"run {number}", took=(number // 2) * SECOND, failed=number % 3 == 0)
    door, found, cursor = door_of(carol), [], ""
    while cursor is not None:
        page = door.get(f"runs?limit=2&order={order}{cursor}").json()
        found += [run["name"] for run in page["results"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert found == names(carol, f"order={order}")
    assert len(found) == len(set(found)) == 7


def test_an_order_puts_the_most_first(carol, runs):
    assert names(carol, "order=longest")[0] == "long haul"
    assert names(carol, "order=errors")[0] == "fell over"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("longer=soon", {"longer": "wrong_type"}),
        ("shorter=-1s", {"shorter": "wrong_type"}),
        ("min_cost=1e3", {"min_cost": "wrong_type"}),
        ("order=best", {"order": "invalid_choice"}),
        ("tool=", {"tool": "blank"}),
        ("colour=red", {"colour": "unknown_parameter"}),
    ],
)
def test_what_does_not_hold_is_named(carol, query, codes):
    assert field_codes(problem_of(door_of(carol).get(f"runs?{query}"), 422, "invalid")) == codes


def test_mallory_finds_nothing_of_acmes(mallory, runs):
    for query in ("", "tool=lookup_order", "subject=customer-7", "q=haul"):
        assert names(mallory, query) == []
