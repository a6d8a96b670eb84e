"""Both encodings of one export give the same spans, and hostile input gives a reason."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from audit.ingest.decode_json import decode_json
from audit.ingest.decode_protobuf import decode_protobuf
from audit.ingest.record import Decoded, SpanRecord, UndecodableError
from audit.ingest.values import TOO_DEEP
from tests.ingest.messages import a_span, json_body, json_document, protobuf_body

VECTORS = Path(__file__).parent / "vectors"
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.binary(max_size=20)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def the_span(document: dict[str, Any]) -> dict[str, Any]:
    span: dict[str, Any] = document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    return span


def decoded_with(**changes: Any) -> SpanRecord:
    document = json_document(a_span())
    the_span(document).update(changes)
    [span] = decode_json(json.dumps(document).encode()).spans
    return span


def refusal_of(**changes: Any) -> str:
    document = json_document(a_span())
    the_span(document).update(changes)
    decoded = decode_json(json.dumps(document).encode())
    assert decoded.spans == ()
    return decoded.rejected[0]


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
        VALUES,
        max_size=4,
    )
)
def test_the_two_encodings_of_any_attributes_decode_alike(attributes: dict[str, object]):
    span = a_span(start=1_000, trace_id=b"\1" * 16, span_id=b"\2" * 8, attributes=attributes)
    assert decode_json(json_body(span)) == decode_protobuf(protobuf_body(span))


def test_every_field_decodes_alike_from_both_encodings():
    span = a_span(
        parent=b"\3" * 8,
        kind=Span.SPAN_KIND_CLIENT,
        trace_state="a=b",
        status=Status(code=Status.STATUS_CODE_ERROR, message="refused"),
        attributes={"a": "x", "n": 2**53 + 1, "f": 0.5, "b": b"\0\xff", "e": None, "l": [1, "x"]},
        events=[Span.Event(time_unix_nano=7, name="exception")],
        links=[Span.Link(trace_id=b"\4" * 16, span_id=b"\5" * 8)],
    )
    decoded = decode_protobuf(protobuf_body(span))
    assert decode_json(json_body(span)) == decoded
    [record] = decoded.spans
    assert (record.kind, record.status_code, record.status_message) == (3, 2, "refused")
    assert record.attributes["b"] == {"bytesValue": "AP8="}
    assert record.events[0].name == "exception"
    assert record.links[0].trace_id == b"\4" * 16
    assert record.source.resource["service.name"] == "support-desk"


def test_the_frozen_vector_still_decodes_to_the_same_spans():
    """opentelemetry-proto's own example, and its protobuf form."""
    from_json = decode_json((VECTORS / "trace.json").read_bytes())
    assert from_json == decode_protobuf((VECTORS / "trace.pb").read_bytes())
    [span] = from_json.spans
    assert span.trace_id.hex() == "5b8efff798038103d269b633813fc60c"
    assert span.span_id.hex() == "eee19b7ec3c1b174"
    assert span.parent_id is not None
    assert span.parent_id.hex() == "eee19b7ec3c1b173"
    assert (span.name, span.kind) == ("I'm a server span", 2)
    assert (span.start_ns, span.end_ns) == (1544712660000000000, 1544712661000000000)
    assert span.attributes == {"my.span.attr": "some value"}


def test_unknown_fields_are_ignored():
    assert decoded_with(futureField={"a": [1]}, name="kept").name == "kept"


@pytest.mark.parametrize("start", [1_700_000_000_000_000_000, "1700000000000000000", 1.7e18])
def test_a_64_bit_integer_may_be_a_number_or_a_string(start: object):
    assert decoded_with(startTimeUnixNano=start).start_ns == 1_700_000_000_000_000_000


def test_an_enum_may_be_its_number_or_its_name_and_an_unknown_one_is_the_default():
    assert decoded_with(kind=3).kind == 3
    assert decoded_with(kind="SPAN_KIND_CLIENT").kind == 3
    assert decoded_with(kind="SPAN_KIND_ORACLE").kind == 0
    assert decoded_with(kind=77).kind == 0
    assert decoded_with(status={"code": "STATUS_CODE_ERROR"}).status_code == 2


def test_numbers_of_no_meaning_are_brought_into_bounds_alike_in_both_encodings():
    span = a_span(
        kind=70_000,
        status=Status(code=99),
        events=[Span.Event(time_unix_nano=2**64 - 1), Span.Event(time_unix_nano=7)],
    )
    decoded = decode_protobuf(protobuf_body(span))
    assert decode_json(json_body(span)) == decoded
    [record] = decoded.spans
    assert (record.kind, record.status_code) == (0, 0)
    assert [event.time_ns for event in record.events] == [2**63 - 1, 7]
    past = decoded_with(events=[{"timeUnixNano": "-99999999999999999999"}])
    assert past.events[0].time_ns == 0


def test_null_is_a_fields_default():
    span = decoded_with(parentSpanId=None, attributes=None, events=None, status=None, kind=None)
    assert (span.parent_id, span.attributes, span.status_code) == (None, {}, 0)


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        ({"intValue": "9007199254740993"}, 9007199254740993),
        ({"intValue": 12}, 12),
        ({"intValue": "99999999999999999999"}, "99999999999999999999"),
        ({"doubleValue": "NaN"}, "NaN"),
        ({"doubleValue": 2}, 2.0),
        ({"boolValue": False}, False),
        ({"bytesValue": "_-8="}, {"bytesValue": "/+8="}),
        ({"arrayValue": {"values": [{"stringValue": "a"}, {}]}}, ["a", None]),
        ({"kvlistValue": {"values": [{"key": "k", "value": {"intValue": 1}}]}}, {"k": 1}),
        ({"kvlistValue": {}}, {}),
        ({}, None),
        (None, None),
    ],
)
def test_every_kind_of_value_decodes(value: object, decoded: object):
    span = decoded_with(attributes=[{"key": "a", "value": value}])
    assert span.attributes == {"a": decoded}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"traceId": "xyz"}, "traceId is not hexadecimal"),
        ({"traceId": "ab"}, "traceId is 1 bytes, not 16"),
        ({"spanId": "0" * 16}, "spanId is missing or all zero"),
        ({"spanId": 7}, "spanId is not a string"),
        ({"parentSpanId": "abcd"}, "parentSpanId is 2 bytes, not 8"),
        ({"startTimeUnixNano": "soon"}, "startTimeUnixNano is not a whole number"),
        ({"startTimeUnixNano": True}, "startTimeUnixNano is not a whole number"),
        ({"startTimeUnixNano": 0}, "startTimeUnixNano is missing"),
        ({"startTimeUnixNano": str(2**63)}, "outside"),
        ({"endTimeUnixNano": -1}, "outside"),
        ({"name": ["x"]}, "name is not a string"),
        ({"attributes": {"a": 1}}, "attributes is not a list"),
        ({"attributes": [1]}, "attribute is not an object"),
        ({"attributes": [{"key": "a", "value": "bare"}]}, "attribute value is not an object"),
        ({"attributes": [{"key": "a", "value": {"boolValue": "yes"}}]}, "boolValue"),
        ({"attributes": [{"key": "a", "value": {"doubleValue": "many"}}]}, "doubleValue"),
        ({"attributes": [{"key": "a", "value": {"bytesValue": "!"}}]}, "bytesValue"),
        ({"events": "none"}, "events is not a list"),
        ({"status": 2}, "status is not an object"),
    ],
)
def test_a_malformed_span_is_rejected_with_its_reason(changes: dict[str, object], reason: str):
    assert reason in refusal_of(**changes)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b'{"resourceSpans": 1}',
        b'{"resourceSpans": [{"resource": []}]}',
        b"\xff",
    ],
)
def test_a_body_that_is_no_export_is_undecodable(body: bytes):
    with pytest.raises(UndecodableError):
        decode_json(body)


def test_values_nested_without_end_are_cut():
    value: object = "deep"
    for _ in range(40):
        value = [value]
    [span] = decode_protobuf(protobuf_body(a_span(attributes={"a": value}))).spans
    assert TOO_DEEP in str(span.attributes)
    assert "deep'" not in str(span.attributes)


def test_a_json_bomb_of_brackets_is_undecodable():
    with pytest.raises(UndecodableError):
        decode_json(b"[" * 200_000)


def test_metrics_on_the_traces_path_are_named():
    metrics = ExportMetricsServiceRequest()
    metric = metrics.resource_metrics.add().scope_metrics.add().metrics.add()
    metric.name = "requests"
    metric.gauge.data_points.add().as_int = 3
    with pytest.raises(UndecodableError, match="metrics"):
        decode_protobuf(metrics.SerializeToString())


@given(st.binary(max_size=300))
@pytest.mark.parametrize("decode", [decode_json, decode_protobuf])
def test_no_bytes_at_all_break_the_decoders(decode: Callable[[bytes], Decoded], body: bytes):
    with suppress(UndecodableError):
        assert all(len(span.trace_id) == 16 for span in decode(body).spans)
