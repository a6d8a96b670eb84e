"""Addresses and methods nobody answers, and what every answer carries."""

import pytest
from django.test import Client

from tests.api.door import Door, door_of, problem_of


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/memories", "/api/v1/memories/", "/api/%00"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_address_is_a_problem_and_never_a_page(db, method, path):
    problem_of(Client().generic(method, path), 404, "not_found")


WRONG = {
    "PUT a memory": ("PUT", "memories/x", "DELETE or GET or PATCH"),
    "DELETE all": ("DELETE", "memories", "GET or POST"),
    "GET a recall": ("GET", "recall", "POST"),
    "POST the trail": ("POST", "audit/events", "GET"),
    "OPTIONS": ("OPTIONS", "memories", "GET or POST"),
    "a method of one's own": ("FROBNICATE", "memories", "GET or POST"),
}


@pytest.mark.parametrize(("method", "path", "allowed"), WRONG.values(), ids=WRONG)
def test_a_wrong_method_is_told_the_right_ones(robo, method, path, allowed):
    response = door_of(robo).send(method, path)
    problem = problem_of(response, 405, "method_not_allowed")
    assert allowed in problem["detail"]
    assert response["Allow"] == allowed.replace(" or ", ", ")


def test_a_stranger_is_not_told_which_methods_there_are(acme):
    problem_of(Door(None).send("PUT", "memories"), 401, "not_authenticated")


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/xml", "application/json"])
def test_json_is_answered_whatever_is_accepted(robo, accept):
    response = door_of(robo).get("memories", Accept=accept)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


def test_a_format_parameter_is_no_way_around_it(robo):
    problem_of(door_of(robo).get("memories?format=html"), 422, "invalid")


def test_nothing_is_kept_by_a_cache_and_every_answer_has_its_id(robo):
    for path in ("memories", "memories/x"):
        response = door_of(robo).get(path)
        assert response["Cache-Control"] == "no-store"
        assert response["X-Request-Id"]
        assert response["X-Content-Type-Options"] == "nosniff"


def test_a_head_is_a_get_without_its_body(robo):
    response = door_of(robo).send("HEAD", "memories")
    assert response.status_code == 200
    assert response.content == b""


def test_a_session_is_no_key(alice):
    client = Client()
    client.force_login(alice.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    problem_of(Door(None, client).get("memories"), 401, "not_authenticated")


def test_a_host_that_is_not_ours_is_a_problem_under_the_door_and_a_page_elsewhere(robo):
    response = door_of(robo).get("memories", Host="evil.example")
    problem = problem_of(response, 400, "bad_request")
    assert "evil" not in str(problem)
    page = Client().get("/", headers={"Host": "evil.example"})
    assert page.status_code == 400
    assert page["Content-Type"].startswith("text/html")


def test_what_fails_around_a_view_is_a_problem_too(robo, monkeypatch):
    def defective(*_args):
        raise RuntimeError("secret")

    monkeypatch.setattr("console.api.v1.base.tenant_scope", defective)
    door = door_of(robo)
    door.client.raise_request_exception = False
    assert "secret" not in str(problem_of(door.get("memories"), 500, "unexpected"))
