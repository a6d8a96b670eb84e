"""Nothing about an erased person comes back, by whatever name and door it is tried."""

import pytest

from audit.ingest.decode_protobuf import decode_protobuf
from audit.ingest.store import store_spans
from audit.models import Run, RunFacet, Span, SpanContent
from audit.trail import append
from console.accounts.actor import system_actor
from console.accounts.models import Subject
from console.keys.keyring import keyring_for
from console.keys.models import Purpose, SuppressedName
from console.keys.subjects import subjects_named
from console.keys.suppression import suppress
from console.platform.errors import ErasedSubjectError
from memory.actions.erase import destroy_keys_of
from tests.ingest.messages import a_span, protobuf_body


@pytest.fixture
def gone(in_acme):
    """Suppressed and without a key that opens, under a pseudonym."""
    subject = Subject.objects.create(external_id="jonas-weber")
    actor = system_actor(in_acme.id, "test")
    destroy_keys_of(actor=actor, subject=subject)
    suppress(subject.id, identifiers=["jonas-weber"], names=["Jonas  Weber"])
    Subject.objects.filter(id=subject.id).update(external_id=f"erased:{subject.id}")
    append(
        actor=actor,
        kind="erasure.replayed",
        object_kind="subject",
        object_id=subject.id,
        payload={"named": [str(in_acme.id)]},
    )
    return subject


@pytest.mark.parametrize("name", ["jonas-weber", "jonas weber", "JONAS WEBER"])
def test_their_identifier_and_names_lead_to_what_is_left_of_them(gone, name):
    assert subjects_named([name])[name].id == gone.id
    assert Subject.objects.count() == 1
    with pytest.raises(ErasedSubjectError):
        keyring_for([gone.id]).current(Purpose.CONTENT, gone.id)


def test_an_identifier_counts_as_it_is_written(gone):
    assert subjects_named(["Jonas-Weber"])["Jonas-Weber"].id != gone.id


def test_the_list_holds_no_name_and_is_not_taken_twice(gone):
    suppress(gone.id, identifiers=["jonas-weber"], names=["Jonas Weber"])
    assert SuppressedName.objects.count() == 2
    assert b"jonas" not in b"".join(bytes(one.digest) for one in SuppressedName.objects.all())


def test_a_late_trace_about_them_is_kept_as_figures_only(gone):
    step = {"user.id": "jonas-weber", "gen_ai.conversation.id": "chat with Jonas"}
    spans = [
        a_span("greet Jonas", trace_id=b"7" * 16, attributes=step | {"input.value": "Hi Jonas"}),
        a_span("greet Ada", trace_id=b"8" * 16, attributes={"user.id": "ada-lind"}),
    ]
    assert store_spans(decode_protobuf(protobuf_body(*spans)).spans) == 2
    late = a_span("bye Jonas", trace_id=b"7" * 16, attributes={"gen_ai.conversation.id": "Jonas"})
    store_spans(decode_protobuf(protobuf_body(late)).spans)
    names = sorted(Span.objects.values_list("name", "conversation"))
    assert names == [("", ""), ("", ""), ("greet Ada", "")]
    assert [one.subject_id for one in SpanContent.objects.all()] != [gone.id]
    told = [*Run.objects.values_list("key", "name"), *RunFacet.objects.values_list("value")]
    assert "jonas" not in str(told).lower()
    assert str(gone.id) not in str(told)
