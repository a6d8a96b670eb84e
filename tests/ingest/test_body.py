"""However a server hands over a body, it is read whole or refused; never taken for an empty one."""

from io import BytesIO
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from audit.models import Span
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.cast import Machine
from tests.ingest.messages import a_span, protobuf_body

pytestmark = pytest.mark.django_db
BODY = protobuf_body(a_span(), a_span())


class BrokenStream(BytesIO):
    def read(self, *_: object) -> bytes:
        raise OSError("connection reset")


def hand_over(robo: Machine, **environment: Any) -> HttpResponse:
    headers = {"Authorization": f"Bearer {robo.key}"}
    return Client().generic(
        "POST", "/v1/traces", BODY, "application/x-protobuf", headers=headers, **environment
    )


def stored(tenant: Tenant) -> int:
    with tenant_scope(tenant.id):
        return Span.objects.count()


def test_a_body_in_chunks_is_stored(acme: Tenant, robo: Machine):
    answer = hand_over(
        robo,
        CONTENT_LENGTH="",
        HTTP_TRANSFER_ENCODING="chunked",
        **{"wsgi.input": BytesIO(BODY), "wsgi.input_terminated": True},
    )
    assert answer.status_code == 200
    assert stored(acme) == 2


def test_chunks_that_the_server_does_not_join_need_a_length(acme: Tenant, robo: Machine):
    answer = hand_over(robo, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411
    assert stored(acme) == 0


@pytest.mark.parametrize("stream", [BytesIO(BODY[:-70]), BytesIO(), BrokenStream()])
def test_a_body_that_breaks_off_is_refused(acme: Tenant, robo: Machine, stream: BytesIO):
    answer = hand_over(robo, **{"wsgi.input": stream})
    assert answer.status_code == 400
    assert stored(acme) == 0
