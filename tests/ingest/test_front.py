"""Exports come in past the middleware of pages; what else comes in does not."""

import io
from typing import Any

import pytest

from audit.models import Span
from console.accounts.models import ApiKey
from console.administration import revoke_key
from console.api import otlp_sender
from console.api.front import FrontDoor
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.cast import Machine, Person
from tests.ingest.messages import a_span, protobuf_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch):
    """A WSGI server's call; the connection of a test is not closed by the end of a request."""
    monkeypatch.setattr("django.core.signals.request_started.send", lambda **_: [])
    monkeypatch.setattr("django.core.signals.request_finished.send", lambda **_: [])
    door = FrontDoor()

    def ask(path: str, body: bytes = b"", method: str = "POST", **headers: str) -> tuple[str, Any]:
        told: list[Any] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_TYPE": "application/x-protobuf",
            "CONTENT_LENGTH": str(len(body)),
            **headers,
        }
        answer = door(environ, lambda status, headers: told.extend([status, dict(headers)]))
        b"".join(answer)
        return told[0], told[1]

    return ask


def test_an_export_is_stored_and_answered_with_its_id(call, acme: Tenant, robo: Machine):
    body = protobuf_body(a_span())
    status, headers = call("/v1/traces", body, HTTP_AUTHORIZATION=f"Bearer {robo.key}")
    assert status == "200 OK"
    assert headers["Content-Type"] == "application/x-protobuf"
    assert headers["X-Request-Id"]
    with tenant_scope(acme.id):
        assert Span.objects.count() == 1


def test_a_stranger_and_a_mistake_of_ours_are_answered_in_kind(call, robo, monkeypatch):
    assert call("/v1/traces", b"")[0] == "401 Unauthorized"

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("console.api.otlp.receipt_answer", breaks)
    status, headers = call(
        "/v1/traces", protobuf_body(a_span()), HTTP_AUTHORIZATION=f"Bearer {robo.key}"
    )
    assert status == "500 Internal Server Error"
    assert headers["Content-Type"] == "application/x-protobuf"


def test_pages_keep_their_policy(call):
    status, headers = call("/healthz/live", method="GET")
    assert status == "200 OK"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_revoked_key_is_known_for_a_second_and_no_longer(
    call, acme: Tenant, alice: Person, robo: Machine, monkeypatch: pytest.MonkeyPatch
):
    at = 1000.0
    monkeypatch.setattr(otlp_sender, "monotonic", lambda: at)
    key = {"HTTP_AUTHORIZATION": f"Bearer {robo.key}"}
    assert call("/v1/traces", protobuf_body(a_span()), **key)[0] == "200 OK"
    with tenant_scope(acme.id):
        revoke_key(actor=alice.actor, key=ApiKey.objects.get(id=robo.actor.api_key_id))
    at += otlp_sender.FRESH_SECONDS
    assert call("/v1/traces", protobuf_body(a_span()), **key)[0] == "401 Unauthorized"
