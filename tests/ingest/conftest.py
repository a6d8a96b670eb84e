from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from audit import partitions
from console.tenancy.models import Tenant
from tests.cast import Machine

PROTOBUF = "application/x-protobuf"
JSON = "application/json"

Send = Callable[..., HttpResponse]


@pytest.fixture
def no_day_remembered() -> Iterator[None]:
    """What a rolled-back test made must not be believed made by the next one."""
    partitions._made.clear()
    yield
    partitions._made.clear()


@pytest.fixture
def send(client: Client, acme: Tenant, robo: Machine) -> Send:
    """Robo's exporter: posts a body as it would, and whatever headers a test wants otherwise."""

    def post(body: bytes, content_type: str = PROTOBUF, **headers: Any) -> HttpResponse:
        # Django's client leaves Content-Type out of a request without a body.
        given = {"Authorization": f"Bearer {robo.key}", "Content-Type": content_type} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return client.post("/v1/traces", body, content_type=content_type, headers=given)

    return post
