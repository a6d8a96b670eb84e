"""Bodies that never become input."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.models import AuditEvent
from console.api.errors import UnreadableBodyError
from console.api.parsers import MAX_NUMBER, parse_object
from console.platform.errors import InvalidInputError
from console.tenancy.scope import tenant_scope
from memory.models import Memory
from tests.api.door import door_of, problem_of

UNREADABLE = {
    "cut short": (b'{"content": "x"', "malformed_json"),
    "a trailing comma": (b'{"content": "x",}', "malformed_json"),
    "two documents": (b'{"content": "x"}{}', "malformed_json"),
    "a comment": (b'{"content": "x"} // y', "malformed_json"),
    "single quotes": (b"{'content': 'x'}", "malformed_json"),
    "a raw control character": (b'{"content": "a\x01b"}', "malformed_json"),
    "a raw newline": (b'{"content": "a\nb"}', "malformed_json"),
    "a byte order mark": (b'\xef\xbb\xbf{"content": "x"}', "malformed_json"),
    "a form": (b"content=x", "malformed_json"),
    "Latin-1": ('{"content": "caf\u00e9"}'.encode("latin-1"), "invalid_utf8"),
    "UTF-16": ('{"content": "x"}'.encode("utf-16"), "invalid_utf8"),
    "an encoded surrogate": (b'{"content": "\xed\xa0\x80"}', "invalid_utf8"),
    "NaN": (b'{"content": "x", "confidence": NaN}', "non_finite_number"),
    "Infinity": (b'{"content": "x", "confidence": -Infinity}', "non_finite_number"),
    "a list": (b"[1]", "not_an_object"),
    "a text": (b'"content"', "not_an_object"),
    "null": (b"null", "not_an_object"),
    "the same member twice": (b'{"content": "x", "content": "y"}', "duplicate_key"),
    "the same member twice below": (
        b'{"content": "x", "metadata": {"a": 1, "\\u0061": 2}}',
        "duplicate_key",
    ),
    "65 levels": (b'{"value": ' + b"[" * 64 + b"]" * 64 + b"}", "too_deep"),
    "a hundred thousand levels": (b"[" * 100_000, "too_deep"),
    "a hundred thousand objects": (b'{"a":' * 100_000, "too_deep"),
}


@pytest.mark.parametrize(("body", "code"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_cannot_be_read_is_refused_by_name_and_recorded(acme, robo, body, code):
    problem_of(door_of(robo).post("memories", body), 400, code)
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()
        assert AuditEvent.objects.get(kind="request.refused").reason == code


def test_64_levels_are_read(robo):
    body = b'{"content": "x", "value": ' + b"[" * 63 + b"]" * 63 + b"}"
    assert door_of(robo).post("memories", body).status_code == 201


def test_an_unreadable_body_is_not_repeated_in_the_answer(robo):
    response = door_of(robo).post("memories", b'{"content": <script>alert(1)</script>}')
    assert b"script" not in response.content


def test_a_body_past_the_limit_is_refused_before_it_is_parsed(acme, robo):
    body = b'{"content": "' + b"x" * (4 * 1024 * 1024) + b'"}'
    problem = problem_of(door_of(robo).post("memories", body), 413, "too_large")
    assert "4194304" in problem["detail"]
    with tenant_scope(acme.id):
        assert not Memory.objects.exists()


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "nonsense",
        "",
    ],
)
def test_another_media_type_is_refused(robo, media_type):
    response = door_of(robo).post("memories", b'{"content": "x"}', Content_Type=media_type)
    problem_of(response, 415, "unsupported_media_type")


def test_a_compressed_body_is_refused(robo):
    body = gzip.compress(b'{"content": "x"}')
    response = door_of(robo).post("memories", body, Content_Encoding="gzip")
    problem_of(response, 415, "unsupported_media_type")


def test_json_with_a_charset_is_json(robo):
    response = door_of(robo).post(
        "memories", b'{"content": "x"}', Content_Type="application/json; charset=utf-8"
    )
    assert response.status_code == 201


def test_a_chunked_body_is_asked_for_its_length(robo):
    response = door_of(robo).post("memories", b"", Transfer_Encoding="chunked", Content_Length="")
    problem_of(response, 411, "length_required")


CODES = {code for _, code in UNREADABLE.values()} | {"invalid"}
# What Python's own reader makes of any JSON, ours either makes too or refuses by name.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def read_or_refused(body: bytes) -> dict | str:
    """What was read, or the code of the refusal."""
    try:
        return parse_object(body)
    except (UnreadableBodyError, InvalidInputError) as error:
        return error.code


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_an_object_or_a_named_refusal(body):
    outcome = read_or_refused(body)
    assert isinstance(outcome, dict) or outcome in CODES


@settings(deadline=None)
@given(st.dictionaries(st.text(), JSON))
def test_any_json_object_is_read_exactly_or_refused(value):
    outcome = read_or_refused(json.dumps(value).encode())
    assert outcome == value or outcome in CODES


@settings(deadline=None)
@given(st.integers())
def test_a_number_is_read_exactly_or_refused(number):
    outcome = read_or_refused(json.dumps({"n": number}).encode())
    assert outcome == ({"n": number} if abs(number) <= MAX_NUMBER else "invalid")
