"""Traces that say nowhere whom they are about, but are called after the person."""

import pytest

from audit.ingest.receive import receive_protobuf
from audit.models import AuditEvent, Run, Span, SpanContent, Trace
from console.accounts.models import Subject
from console.administration import register_agent
from console.platform.errors import InvalidInputError, NotPermittedError, WrongStateError
from console.tenancy.scope import tenant_scope
from memory.desk import approve_request, receive_request, set_desk
from memory.erasure.accepting import accept_mentions
from memory.erasure.certificate import told_by
from memory.models import ErasureCertificate
from tests.cast import a_memory
from tests.erasure.carrying import gone_on, receipts_of
from tests.erasure.test_erasure import SAYS
from tests.ingest.messages import a_span, protobuf_body

THEIRS, OTHERS = b"\1" * 16, b"\2" * 16


@pytest.fixture
def erased(acme, alice, bob, robo):
    """After the erasure of jonas-weber, beside whose chat stands one with joanna."""
    spans = [
        a_span("chat", trace_id=trace_id, span_id=trace_id[:8], attributes=told)
        for trace_id, told in (
            (THEIRS, {"gen_ai.conversation.id": "jonas-weber-591f", "said": "He moved."}),
            (OTHERS, {"gen_ai.conversation.id": "joanna-591f", "said": "She stayed."}),
        )
    ]
    assert receive_protobuf(acme.id, protobuf_body(*spans)).stored == 2
    with tenant_scope(acme.id):
        a_memory(robo, "Jonas said it.", subject="jonas-weber")
        set_desk(actor=alice.actor, cool_off_hours=0)
        subject = Subject.objects.get(external_id="jonas-weber")
        request = receive_request(actor=bob.actor, subject=subject, **SAYS)
        approved = approve_request(actor=alice.actor, request=request)
    return gone_on(approved)


def test_a_conversation_called_after_the_person_is_theirs_and_goes(acme, erased):
    assert erased.status == "completed"
    with tenant_scope(acme.id):
        assert receipts_of(erased)["named"].counts == {"traces": 1}
        assert Trace.objects.get(trace_id=THEIRS).subject_id == erased.subject_id
        span = Span.objects.get(trace_id=THEIRS)
        assert (span.conversation, span.name, span.block_id) == ("", "", None)
        assert not Run.objects.filter(key__contains="jonas").exists()


def test_what_others_said_stays(acme, erased):
    with tenant_scope(acme.id):
        span = Span.objects.get(trace_id=OTHERS)
        assert span.conversation == "joanna-591f"
        assert SpanContent.objects.filter(id=span.block_id).exists()
        assert Trace.objects.get(trace_id=OTHERS).subject_id is None


@pytest.fixture
def mentioned(acme, alice, bob, robo):
    """An approved erasure of somebody whom an agent is called after."""
    with tenant_scope(acme.id):
        a_memory(robo, "Jonas said it.", subject="jonas-weber")
        register_agent(actor=alice.actor, name="clerk of jonas-weber")
        set_desk(actor=alice.actor, cool_off_hours=0)
        subject = Subject.objects.get(external_id="jonas-weber")
        request = receive_request(actor=bob.actor, subject=subject, **SAYS)
        return approve_request(actor=alice.actor, request=request)


def test_a_mention_in_what_is_others_waits_for_somebody_to_look(acme, bob, mentioned):
    waiting = gone_on(mentioned)
    assert waiting.status == "carrying_out"
    with tenant_scope(acme.id):
        assert receipts_of(waiting)["residue"].error == "found_in:accounts_agent.name"
        with pytest.raises(InvalidInputError):
            accept_mentions(actor=bob.actor, request=waiting, comment=" ")
        accept_mentions(actor=bob.actor, request=waiting, comment="That agent serves them all.")
    done = gone_on(waiting)
    assert done.status == "completed"
    with tenant_scope(acme.id):
        certificate = told_by(ErasureCertificate.objects.get(request_id=done.id))
        assert "mentions_accepted" in certificate["limits"]
        assert certificate["residue"]["found"] > 0
        assert AuditEvent.objects.get(kind="erasure.mentions_accepted").object_id == done.id


def test_nobody_lets_stay_what_was_not_found(acme, bob, dana, mentioned):
    with tenant_scope(acme.id), pytest.raises(WrongStateError):
        accept_mentions(actor=bob.actor, request=mentioned, comment="It is fine.")
    with tenant_scope(acme.id), pytest.raises(NotPermittedError):
        accept_mentions(actor=dana.actor, request=mentioned, comment="It is fine.")
