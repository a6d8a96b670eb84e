"""A SIEM that speaks OCSF is sent OCSF, with the place in the log as its sequence."""

import json

import pytest

from console.tenancy.scope import tenant_scope
from tests.streams.sequenced import sequence
from tests.streams.test_webhook import send_all


@pytest.mark.parametrize("with_words", [False, True])
def test_events_as_ocsf(acme, robo, receiver, a_stream, with_words):
    a_stream(receiver.url, format="ocsf", with_words=with_words)
    with tenant_scope(acme.id):
        size = sequence()
    send_all(acme)
    said = [json.loads(line) for got in receiver.got for line in got.body.splitlines()]
    assert [one["metadata"]["sequence"] for one in said] == list(range(size))
    assert {one["metadata"]["tenant_uid"] for one in said} == {str(acme.id)}
    assert all(one["class_uid"] for one in said)
    names = {one["actor"]["user"].get("name") for one in said}
    assert ("cast" in names) is with_words
    assert any("cast" in one["message"] for one in said) is with_words
