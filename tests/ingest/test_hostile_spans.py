"""Spans that are huge, broken or from another time are stored as well as they can be."""

import json

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from audit.ingest.content import content_of
from audit.models import Span
from audit.timelines.detail import span_detail
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.ingest.conftest import JSON, Send
from tests.ingest.messages import a_span, json_document, protobuf_body
from tests.ingest.test_receiver import partial

pytestmark = pytest.mark.django_db


def test_an_attribute_of_a_hundred_kilobytes_is_kept_whole(send: Send, acme: Tenant):
    text = "é" * 50_000
    assert send(protobuf_body(a_span(attributes={"input.value": text}))).status_code == 200
    with tenant_scope(acme.id):
        span = Span.objects.get()
        content = content_of(span)
    assert content["attributes"]["input.value"] == text


def test_nul_bytes_and_lone_surrogates_are_made_safe(send: Send, acme: Tenant):
    document = json.dumps(json_document(a_span("a\0b")))
    cut = document.replace('"tests"', '"half \\ud83d, whole \\ud83d\\ude00, \\\\ud83d literal"')
    assert send(cut.encode(), JSON).status_code == 200
    assert send(protobuf_body(a_span("a\0b", attributes={"k\0": "v\0"}))).status_code == 200
    with tenant_scope(acme.id):
        assert {span.name for span in Span.objects.all()} == {"a\ufffdb"}
        scopes = {content_of(span)["scope"]["name"] for span in Span.objects.all()}
    assert scopes == {"tests", "half \ufffd, whole \U0001f600, \\ud83d literal"}


def test_a_span_that_ends_before_it_starts_is_kept_with_a_warning(send: Send, acme: Tenant):
    answer = send(protobuf_body(a_span(seconds=-3)))
    said = partial(answer.content).partial_success
    assert (answer.status_code, said.rejected_spans) == (200, 0)
    assert "ended before they started" in said.error_message
    with tenant_scope(acme.id):
        assert Span.objects.get().duration_ns == 0


@pytest.mark.parametrize("start", [1, 2**62, 4_102_444_800 * 10**9])
def test_a_clock_that_is_years_off_is_stored_all_the_same(send: Send, acme: Tenant, start: int):
    assert send(protobuf_body(a_span(start=start))).status_code == 200
    with tenant_scope(acme.id):
        assert Span.objects.get().start_ns == start


def test_numbers_past_every_bound_are_stored_and_shown(send: Send, acme: Tenant):
    event = Message.Event(name="late", time_unix_nano=2**64 - 1)
    tokens = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 2**63 - 1}
    ids = {"trace_id": b"\1" * 16, "span_id": b"\2" * 8}
    span = a_span(attributes=tokens, kind=-7, events=[event], **ids)
    assert send(protobuf_body(span)).status_code == 200
    with tenant_scope(acme.id):
        shown = span_detail(**ids)
    assert shown.step.input_tokens is None
    assert shown.events[0].at.year == 2262
