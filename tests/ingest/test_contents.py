"""What spans say lies sealed under the key of whom they are about, and is gone with it."""

import pytest

from audit.ingest.content import content_of, contents_of
from audit.models import AuditEvent, Span, SpanContent
from console.accounts.actor import system_actor
from console.accounts.models import Subject
from console.keys.models import DataKey
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions.erase import destroy_keys_of
from tests.ingest.conftest import Send
from tests.ingest.messages import a_span, moment_ns, protobuf_body

pytestmark = pytest.mark.django_db

TRACE, OTHER = b"\1" * 16, b"\2" * 16
DAY = 86_400 * 10**9


def said(text: str, user: str | None = None, trace_id: bytes = TRACE, **fields):
    attributes = {"input.value": text} | ({"user.id": user} if user else {})
    return a_span(trace_id=trace_id, attributes=attributes, **fields)


def test_spans_of_one_batch_share_a_block_per_subject_and_day(send: Send, acme: Tenant):
    yesterday = moment_ns() - DAY
    spans = [
        *(said(f"ada {n}", "ada") for n in range(3)),
        said("jonas", "jonas", OTHER),
        said("of yesterday", "ada", start=yesterday),
    ]
    assert send(protobuf_body(*spans)).status_code == 200
    with tenant_scope(acme.id):
        blocks = {(b.subject_id, b.day, b.span_count) for b in SpanContent.objects.all()}
        ada = Subject.objects.get(external_id="ada").id
        jonas = Subject.objects.get(external_id="jonas").id
        found = contents_of(list(Span.objects.all()))
    assert {(subject, count) for subject, _, count in blocks} == {(ada, 3), (ada, 1), (jonas, 1)}
    texts = {content["attributes"]["input.value"] for content in found.values()}
    assert texts == {"ada 0", "ada 1", "ada 2", "jonas", "of yesterday"}


def test_nobody_reads_it_off_the_table(send: Send, acme: Tenant):
    assert send(protobuf_body(said("the secret of ada " * 9, "ada"))).status_code == 200
    with tenant_scope(acme.id):
        assert b"secret of ada" not in bytes(SpanContent.objects.get().body)


def test_a_later_batch_that_names_nobody_is_sealed_with_its_trace(send: Send, acme: Tenant):
    assert send(protobuf_body(said("first", "ada"))).status_code == 200
    assert send(protobuf_body(said("second"))).status_code == 200
    with tenant_scope(acme.id):
        assert {b.subject_id for b in SpanContent.objects.all()} == {Subject.objects.get().id}
        made = AuditEvent.objects.filter(kind="key.made")
        assert [event.object_id for event in made] == [DataKey.objects.get(purpose="trace").id]


def test_what_was_said_about_an_erased_subject_is_gone_and_stays_away(send: Send, acme: Tenant):
    assert send(protobuf_body(said("before", "ada"))).status_code == 200
    with tenant_scope(acme.id):
        subject = Subject.objects.get(external_id="ada")
        destroy_keys_of(actor=system_actor(acme.id, "test"), subject=subject)
    assert send(protobuf_body(said("after", "ada"))).status_code == 200
    with tenant_scope(acme.id):
        spans = list(Span.objects.all())
        assert len(spans) == 2
        assert [content_of(span) for span in spans] == [{}, {}]
        assert SpanContent.objects.count() == 1


def test_a_repeated_span_keeps_what_it_said_first(send: Send, acme: Tenant):
    first, second = said("first", span_id=b"\3" * 8), said("second", span_id=b"\4" * 8)
    assert send(protobuf_body(first)).status_code == 200
    first.attributes[0].value.string_value = "changed"
    assert send(protobuf_body(first, second)).status_code == 200
    assert send(protobuf_body(first, second)).status_code == 200
    with tenant_scope(acme.id):
        spans = Span.objects.order_by("span_id")
        texts = [content_of(span)["attributes"]["input.value"] for span in spans]
        assert texts == ["first", "second"]
        assert SpanContent.objects.count() == 2
