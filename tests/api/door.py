"""How the tests knock: one client per key, speaking JSON."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.test import Client

from tests.cast import Machine, Person

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@dataclass(frozen=True)
class Door:
    """The machine door as one holder of a key sees it."""

    key: str | None
    client: Client = field(default_factory=Client)

    def get(self, path: str, **headers: str) -> "Answer":
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> "Answer":
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> "Answer":
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str) -> "Answer":
        return self.send("DELETE", path)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> "Answer":
        """`body` as JSON, or as it is when it is bytes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key is not None:
            sent.setdefault("Authorization", f"Bearer {self.key}")
        data = body if isinstance(body, bytes) else b"" if body is None else encode(body)
        media_type = sent.pop("Content-Type", "application/json")
        return self.client.generic(
            method, f"/api/v1/{path}", data, content_type=media_type, headers=sent
        )


def door_of(holder: Person | Machine) -> Door:
    return Door(holder.key)


def encode(body: Any) -> bytes:
    return json.dumps(body).encode()


def problem_of(response: "Answer", status: int, code: str) -> dict[str, Any]:
    """The problem, once it is sure to be one of this status and code."""
    body: dict[str, Any] = response.json()
    assert response.status_code == status, body
    assert response["Content-Type"] == "application/problem+json"
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:mnemoscope:problem:{code}"
    assert body["detail"]
    assert body["request_id"] == response["X-Request-Id"]
    return body


def field_codes(problem: dict[str, Any]) -> dict[str, str]:
    return {error["field"]: error["code"] for error in problem["errors"]}
