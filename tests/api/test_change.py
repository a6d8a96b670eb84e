import pytest

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from memory.models import Memory, MemoryVersion, ReviewItem
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_memory


@pytest.fixture
def memory(robo):
    return a_memory(
        robo,
        "Jonas lives in Bonn.",
        value={"city": "Bonn"},
        key="home",
        subject="customer-4711",
        metadata={"from": "call"},
        confidence=0.9,
        importance=0.8,
        source="crm",
        run="call-7",
    )


def test_a_change_is_the_next_version_and_keeps_what_it_does_not_name(acme, robo, memory):
    response = door_of(robo).patch(
        f"memories/{memory.id}",
        {"content": "Jonas lives in Kiel.", "expected_version": 1, "reason": "moved"},
    )
    assert response.status_code == 200
    assert response.json()["version"] == 2
    assert response.json()["state"] == "active"
    shown = door_of(robo).get(f"memories/{memory.id}").json()
    assert shown["content"] == "Jonas lives in Kiel."
    assert shown["value"] == {"city": "Bonn"}
    assert shown["metadata"] == {"from": "call"}
    assert shown["confidence"] == 0.9
    assert shown["importance"] == 0.8
    assert shown["source"] == "crm"
    assert (shown["key"], shown["run"]) == ("home", "call-7")
    with tenant_scope(acme.id):
        assert AuditEvent.objects.get(kind="memory.revised").note == "moved"


def test_null_takes_a_field_away(robo, memory):
    door = door_of(robo)
    names = ("value", "confidence", "importance", "source")
    change = dict.fromkeys(names) | {"expected_version": 1}
    assert door.patch(f"memories/{memory.id}", change).status_code == 200
    shown = door.get(f"memories/{memory.id}").json()
    assert [shown[name] for name in names] == [None] * 4


def test_the_version_read_may_stand_in_if_match(robo, memory):
    door = door_of(robo)
    for tag, version in (('"1"', 2), ('W/"2"', 3), ("3", 4)):
        response = door.patch(f"memories/{memory.id}", {"confidence": 0.95}, If_Match=tag)
        assert response.status_code == 200, response.json()
        assert response.json()["version"] == version


def test_a_change_that_names_no_version_is_asked_for_it(acme, robo, memory):
    response = door_of(robo).patch(f"memories/{memory.id}", {"content": "x"})
    problem_of(response, 428, "version_required")
    with tenant_scope(acme.id):
        assert Memory.objects.get().version == 1


def test_of_two_changes_to_one_version_the_second_is_told_so(acme, robo, memory):
    door = door_of(robo)
    first = door.patch(f"memories/{memory.id}", {"confidence": 0.95, "expected_version": 1})
    assert first.status_code == 200
    second = door.patch(f"memories/{memory.id}", {"content": "y", "expected_version": 1})
    problem_of(second, 409, "stale_version")
    with tenant_scope(acme.id):
        assert MemoryVersion.objects.count() == 2
        assert AuditEvent.objects.get(kind="request.refused").reason == "stale_version"


def test_a_doubtful_change_waits_and_the_version_in_force_stays(acme, robo, memory):
    response = door_of(robo).patch(
        f"memories/{memory.id}", {"content": "z", "confidence": 0.1, "expected_version": 1}
    )
    answer = response.json()
    assert response.status_code == 202
    assert answer["state"] == "pending"
    assert answer["version"] == 2
    assert [reason["code"] for reason in answer["reasons"]] == ["low_confidence"]
    assert door_of(robo).get(f"memories/{memory.id}").json()["version"] == 1
    with tenant_scope(acme.id):
        assert str(ReviewItem.objects.get().id) == answer["review_id"]


REFUSED = {
    "nothing": ({}, "body", "nothing_to_change"),
    "a reason only": ({"reason": "x"}, "body", "nothing_to_change"),
    "another kind": ({"kind": "event"}, "kind", "unknown_field"),
    "another subject": ({"subject": "x"}, "subject", "unknown_field"),
    "no text": ({"content": ""}, "content", "blank"),
    "version nought": ({"content": "x", "expected_version": 0}, "expected_version", "out_of_range"),
    "version in text": (
        {"content": "x", "expected_version": "1"},
        "expected_version",
        "wrong_type",
    ),
    "no end": ({"expires_at": None}, "expires_at", "wrong_type"),
    "a long reason": ({"content": "x", "reason": "r" * 61}, "reason", "too_long"),
}


@pytest.mark.parametrize(("body", "field", "code"), REFUSED.values(), ids=REFUSED)
def test_a_change_that_does_not_hold_changes_nothing(acme, robo, memory, body, field, code):
    body = {"expected_version": 1, **body}
    problem = problem_of(door_of(robo).patch(f"memories/{memory.id}", body), 422, "invalid")
    assert field_codes(problem) == {field: code}
    with tenant_scope(acme.id):
        assert MemoryVersion.objects.count() == 1


@pytest.mark.parametrize("tag", ["*", '"one"', '"1", "2"', "-1", '"' + "9" * 400 + '"'])
def test_an_if_match_that_is_no_version_is_refused(robo, memory, tag):
    response = door_of(robo).patch(f"memories/{memory.id}", {"content": "x"}, If_Match=tag)
    assert field_codes(problem_of(response, 422, "invalid")) == {"If-Match": "wrong_type"}


def test_two_versions_that_differ_are_refused(robo, memory):
    response = door_of(robo).patch(
        f"memories/{memory.id}", {"content": "x", "expected_version": 1}, If_Match='"2"'
    )
    assert field_codes(problem_of(response, 422, "invalid")) == {
        "expected_version": "conflicting_fields"
    }


def test_a_value_that_is_its_own_text_brings_its_text_along(robo):
    door = door_of(robo)
    made = door.post("memories", {"value": {"zebra": 1, "ant": 2}}).json()
    path = f"memories/{made['id']}"
    door.patch(path, {"value": {"ant": 3}, "expected_version": 1})
    assert door.get(path).json()["content"] == '{"ant":3}'
    response = door.patch(path, {"value": None, "expected_version": 2})
    assert field_codes(problem_of(response, 422, "invalid")) == {"content": "required"}


def test_a_deleted_memory_is_gone_for_everybody(acme, robo, alice, memory):
    response = door_of(robo).delete(f"memories/{memory.id}?reason=not_needed")
    assert response.status_code == 204
    assert response.content == b""
    for reader in (robo, alice):
        door = door_of(reader)
        problem_of(door.get(f"memories/{memory.id}"), 404, "not_found")
        problem_of(door.get(f"memories/{memory.id}/versions"), 404, "not_found")
        problem_of(door.delete(f"memories/{memory.id}"), 404, "not_found")
        assert door.get("memories").json()["results"] == []
    with tenant_scope(acme.id):
        assert AuditEvent.objects.get(kind="memory.retired").reason == "not_needed"
        assert MemoryVersion.objects.count() == 1


def test_an_expired_memory_is_read_as_history_and_not_changed(acme, robo, memory):
    door = door_of(robo)
    response = door.post(f"memories/{memory.id}/expire", {"reason": "outdated"})
    assert response.status_code == 200
    assert response.json()["state"] == "expired"
    assert response.json()["id"] == str(memory.id)
    assert door.get(f"memories/{memory.id}").json()["state"] == "expired"
    problem_of(door.post(f"memories/{memory.id}/expire"), 409, "wrong_state")
    change = {"content": "x", "expected_version": 1}
    problem_of(door.patch(f"memories/{memory.id}", change), 409, "wrong_state")
    with tenant_scope(acme.id):
        assert AuditEvent.objects.get(kind="memory.expired").reason == "outdated"


def test_an_expiry_needs_no_body(robo, memory):
    assert door_of(robo).post(f"memories/{memory.id}/expire").status_code == 200


def test_versions_are_told_newest_first_page_by_page(robo, memory):
    door = door_of(robo)
    for version in (1, 2, 3):
        change = {"content": f"Text {version + 1}", "expected_version": version}
        assert door.patch(f"memories/{memory.id}", change).status_code == 200
    first = door.get(f"memories/{memory.id}/versions?limit=3").json()
    assert [version["version"] for version in first["results"]] == [4, 3, 2]
    rest = door.get(f"memories/{memory.id}/versions?cursor={first['next_cursor']}").json()
    assert [version["version"] for version in rest["results"]] == [1]
    assert rest["next_cursor"] is None
    oldest = rest["results"][0]
    assert oldest["content"] == "Jonas lives in Bonn."
    assert oldest["provenance"]["author"]["label"] == "robo"


def test_a_cursor_past_all_versions_begins_with_the_newest(robo, memory):
    response = door_of(robo).get(f"memories/{memory.id}/versions?cursor=_____w")
    assert [version["version"] for version in response.json()["results"]] == [1]


def test_a_held_version_is_not_shown_to_other_keys(robo, carol, alice, memory):
    change = {"content": "Not so.", "confidence": 0.1, "expected_version": 1}
    door_of(robo).patch(f"memories/{memory.id}", change)
    path = f"memories/{memory.id}/versions"
    assert len(door_of(robo).get(path).json()["results"]) == 2
    assert len(door_of(alice).get(path).json()["results"]) == 2
    assert len(door_of(carol).get(path).json()["results"]) == 1


def test_a_restored_version_is_a_new_one_with_the_old_text(robo, memory):
    door = door_of(robo)
    door.patch(f"memories/{memory.id}", {"content": "Jonas moved.", "expected_version": 1})
    response = door.post(f"memories/{memory.id}/restore", {"version": 1, "reason": "mistaken"})
    assert response.status_code == 200
    assert response.json()["version"] == 3
    assert door.get(f"memories/{memory.id}").json()["content"] == "Jonas lives in Bonn."


@pytest.mark.parametrize(
    ("body", "status", "code", "fields"),
    [
        ({"version": 9}, 404, "not_found", {}),
        ({"version": 2**40}, 404, "not_found", {}),
        ({"version": 0}, 422, "invalid", {"version": "out_of_range"}),
        ({"version": "1"}, 422, "invalid", {"version": "wrong_type"}),
        ({}, 422, "invalid", {"version": "required"}),
    ],
)
def test_a_version_that_is_none_cannot_be_restored(robo, memory, body, status, code, fields):
    response = door_of(robo).post(f"memories/{memory.id}/restore", body)
    assert field_codes(problem_of(response, status, code)) == fields
