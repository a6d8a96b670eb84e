"""The OpenAPI document: true, whole and valid."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

ASKED_FOR = {
    ("get", "/api/v1/memories"),
    ("post", "/api/v1/memories"),
    ("post", "/api/v1/memories/batch"),
    ("get", "/api/v1/memories/{memory_id}"),
    ("patch", "/api/v1/memories/{memory_id}"),
    ("delete", "/api/v1/memories/{memory_id}"),
    ("get", "/api/v1/memories/{memory_id}/versions"),
    ("post", "/api/v1/memories/{memory_id}/restore"),
    ("post", "/api/v1/memories/{memory_id}/expire"),
    ("post", "/api/v1/recall"),
    ("get", "/api/v1/reviews"),
    ("get", "/api/v1/reviews/{review_id}"),
    ("post", "/api/v1/reviews/{review_id}/decide"),
    ("post", "/api/v1/reviews/{review_id}/undo"),
    ("post", "/api/v1/reviews/decisions"),
    ("post", "/api/v1/reviews/decisions/{batch_id}/undo"),
    ("post", "/api/v1/memories/merge"),
    ("get", "/api/v1/settings/lifecycle"),
    ("get", "/api/v1/holds"),
    ("post", "/api/v1/holds"),
    ("delete", "/api/v1/holds/{hold_id}"),
    ("get", "/api/v1/agents"),
    ("get", "/api/v1/agents/{agent_id}"),
    ("post", "/api/v1/agents/{agent_id}/freeze"),
    ("post", "/api/v1/agents/{agent_id}/thaw"),
    ("post", "/api/v1/agents/freeze"),
    ("post", "/api/v1/agents/thaw"),
    ("get", "/api/v1/subjects/export"),
    ("get", "/api/v1/erasure-requests"),
    ("post", "/api/v1/erasure-requests"),
    ("get", "/api/v1/erasure-requests/{erasure_id}"),
    ("get", "/api/v1/subject-requests"),
    ("post", "/api/v1/subject-requests"),
    ("get", "/api/v1/subject-requests/{request_id}"),
    ("post", "/api/v1/subject-requests/{request_id}/transitions"),
    ("get", "/api/v1/subject-requests/{request_id}/certificate"),
    ("get", "/api/v1/policies"),
    ("post", "/api/v1/policies"),
    ("get", "/api/v1/policies/current"),
    ("get", "/api/v1/policies/{number}"),
    ("post", "/api/v1/policies/{number}/dry-run"),
    ("post", "/api/v1/policies/{number}/activate"),
    ("get", "/api/v1/audit/events"),
    ("get", "/api/v1/audit/events/{event_id}/proof"),
    ("get", "/api/v1/audit/log"),
    ("get", "/api/v1/audit/reconciliations"),
    ("get", "/api/v1/audit/checkpoints"),
    ("get", "/api/v1/audit/checkpoints/{number}"),
    ("get", "/api/v1/audit/consistency"),
}
READING_POSTS = {"/api/v1/recall", "/api/v1/policies/{number}/dry-run"}


@pytest.fixture
def document(db):
    response = Client().get("/api/schema/?format=json")
    assert response.status_code == 200
    return response.json()


def operations_of(document):
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_it_is_a_valid_openapi_3_1_document(document):
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_it_is_made_without_a_warning(db, tmp_path):
    call_command("spectacular", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
    assert (tmp_path / "schema.yaml").stat().st_size


def test_every_operation_asked_for_is_described(document):
    assert set(operations_of(document)) >= ASKED_FOR


def test_each_operation_tells_its_credential_and_its_problems(document):
    for (method, path), operation in operations_of(document).items():
        assert operation["security"] == [{"apiKey": []}], path
        assert operation["summary"], path
        answers = operation["responses"]
        assert {"401", "403", "422", "503"} <= set(answers), (method, path)
        for status, answer in answers.items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (path, status)
        if "{" in path:
            assert "404" in answers, (method, path)


def test_each_post_that_changes_takes_an_idempotency_key(document):
    for (method, path), operation in operations_of(document).items():
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        changes = method == "post" and path not in READING_POSTS
        assert ("Idempotency-Key" in names) == changes, (method, path)


def test_ids_in_addresses_are_uuids(document):
    for (method, path), operation in operations_of(document).items():
        for name in re.findall(r"{(\w+)}", path):
            (parameter,) = [p for p in operation["parameters"] if p["name"] == name]
            if name == "number":
                assert parameter["schema"]["type"] == "integer", (method, path)
            else:
                assert parameter["schema"]["format"] == "uuid", (method, path)


def test_it_is_open_to_strangers_as_yaml_too(db):
    response = Client().get("/api/schema/")
    assert response.status_code == 200
    assert response.content.startswith(b"openapi: 3.1.0")


def test_the_document_is_read_and_not_written(db):
    response = Client().post("/api/schema/", b"{}", content_type="application/json")
    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"


def test_the_docs_page_runs_under_the_sites_policy_from_local_files(db):
    response = Client().get("/api/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert address.startswith(("/static/", "/api/docs/")), address


def test_the_docs_script_is_served_as_one(db):
    response = Client().get("/api/docs/?script=")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/javascript")
    assert b"/api/schema/" in response.content
