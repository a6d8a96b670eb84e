import pytest

from audit.models import AuditEvent
from console.accounts.models import Subject
from console.tenancy.scope import tenant_scope
from memory.models import Memory
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import versions


def test_a_batch_answers_each_in_its_place_and_one_bad_item_spoils_no_other(acme, robo):
    response = door_of(robo).post(
        "memories/batch",
        {
            "memories": [
                {"content": "First.", "subject": "customer-1"},
                {"content": "Doubtful.", "confidence": 0.2},
                {"content": "", "kind": "rumour"},
                "nonsense",
                {"content": "Late.", "expires_at": "2020-01-01T00:00:00Z", "subject": "customer-2"},
                {"content": "Last.", "confidence": 0.9},
            ]
        },
    )
    assert response.status_code == 200
    results = response.json()["results"]
    assert [result["status"] for result in results] == [201, 202, 422, 422, 422, 201]
    assert [result.get("state") for result in results] == [
        "active",
        "pending",
        None,
        None,
        None,
        "active",
    ]
    assert results[2]["code"] == "invalid"
    assert field_codes(results[2]) == {"content": "blank", "kind": "invalid_choice"}
    assert results[3]["code"] == "invalid"
    assert field_codes(results[4]) == {"expires_at": "in_the_past"}
    with tenant_scope(acme.id):
        texts = [version.content for version in versions()]
        assert texts == ["First.", "Doubtful.", "Last."]
        assert list(Subject.objects.values_list("external_id", flat=True)) == ["customer-1"]
        assert AuditEvent.objects.filter(kind="memory.written").count() == 3
        assert AuditEvent.objects.filter(kind="request.refused", reason="invalid").count() == 3


def test_items_of_a_batch_see_the_ones_before(robo):
    response = door_of(robo).post(
        "memories/batch",
        {
            "memories": [
                {"content": "Bonn.", "key": "home", "subject": "c"},
                {"content": "Kiel.", "key": "home", "subject": "c"},
            ]
        },
    )
    second = response.json()["results"][1]
    assert second["status"] == 202
    assert [reason["code"] for reason in second["reasons"]] == ["contradiction"]


REFUSED = {
    "nothing": ({}, {"memories": "required"}),
    "none": ({"memories": []}, {"memories": "too_short"}),
    "one that is no list": ({"memories": {"content": "x"}}, {"memories": "wrong_type"}),
    "101": ({"memories": [{"content": "x"}] * 101}, {"memories": "too_long"}),
    "more than memories": (
        {"memories": [{"content": "x"}], "atomic": True},
        {"atomic": "unknown_field"},
    ),
}


@pytest.mark.parametrize(("body", "fields"), REFUSED.values(), ids=REFUSED)
def test_a_batch_that_is_none_is_refused_whole(acme, robo, body, fields):
    problem = problem_of(door_of(robo).post("memories/batch", body), 422, "invalid")
    assert field_codes(problem) == fields
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()


def test_a_hundred_are_written(acme, robo):
    body = {"memories": [{"content": f"Fact {number}."} for number in range(100)]}
    results = door_of(robo).post("memories/batch", body).json()["results"]
    assert {result["status"] for result in results} == {201}
    with tenant_scope(acme.id):
        assert Memory.objects.count() == 100


def test_a_number_out_of_range_stops_the_batch_by_its_place(acme, robo):
    body = {"memories": [{"content": "x"}, {"content": "y", "value": 2**60}]}
    problem = problem_of(door_of(robo).post("memories/batch", body), 422, "invalid")
    assert field_codes(problem) == {"memories.1.value": "number_out_of_range"}
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()
