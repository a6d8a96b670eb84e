"""A canary in every store, by the doors that agents and people use; then it is nowhere.

Not in a table, whoever looks; not in a dump, the data folder, the write-ahead log or the logs.
"""

import subprocess
from base64 import b64encode

import numpy as np
import pytest

from audit.ingest.receive import receive_protobuf
from console.accounts.models import Subject
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.errors import ErasedSubjectError
from console.runtime.postgres import INSTALLATION
from console.runtime.provision import ERASER
from console.tenancy.scope import tenant_scope
from memory.actions import (
    name_subject,
    place_hold,
    recall_memories,
    record_basis,
    release_hold,
    retire_memory,
    save_view,
    write_memory,
)
from memory.desk import approve_request, receive_request, set_desk
from memory.erasure.certificate import told_by
from memory.models import Basis, ErasureCertificate, LegalHold, RecallIndex
from memory.models.saved_view import Listing
from memory.retrieval.query import RecallQuery
from tests.cast import a_memory, a_person, a_write, an_agent, remember
from tests.database import DATABASE, PASSWORDS
from tests.erasure.carrying import gone_on, receipts_of
from tests.ingest.messages import a_span, protobuf_body

CANARY = "zyxcanary-4711"
NAME = "Quirinus Zyxenbach"
TRACE = b"c" * 16


@pytest.fixture
def planted(committed_db, settings, postgres):
    settings.ERASER_DSN = postgres.dsn(role=ERASER, password=PASSWORDS[ERASER], database=DATABASE)
    settings.HOME = postgres.home
    acme = create_tenant(slug="acme", name="Acme")
    alice, bob = a_person(acme, "alice", Role.OWNER), a_person(acme, "bob", Role.REVIEWER)
    robo, rookie = an_agent(acme, "robo"), an_agent(acme, "rookie", trusted=False)
    _write(acme, alice, robo, rookie)
    _trace(acme, robo)
    with tenant_scope(acme.id):
        window = _window(Subject.objects.get(external_id=CANARY))
        set_desk(actor=alice.actor, cool_off_hours=0)
        request = receive_request(
            actor=bob.actor,
            subject=Subject.objects.get(external_id=CANARY),
            asked_by=f"{NAME}, by letter",
            contact=f"{CANARY}@mail.example",
            wish=f"Forget {CANARY}.",
            identity_check=f"{NAME} called back",
        )
        request = approve_request(actor=alice.actor, request=request)
    return acme, robo, request, window


def _write(acme, alice, robo, rookie):
    encoded = b64encode(f"{NAME} is {CANARY}".encode()).decode()
    for number in range(20):
        a_memory(robo, f"{NAME} wants thing {number}.", subject=CANARY, key=f"{CANARY}/{number}")
    held = remember(rookie, f"{NAME} moved.", subject=CANARY, metadata={"who": encoded})
    about = a_memory(robo, f"{CANARY} likes tea.", subject=CANARY, namespace=("people", CANARY))
    for number in range(5):
        a_memory(robo, f"Ada wants thing {number}.", subject="ada-lind")
    with tenant_scope(acme.id):
        subject = Subject.objects.get(external_id=CANARY)
        name_subject(actor=alice.actor, subject=subject, names=[NAME])
        record_basis(actor=alice.actor, subject=subject, basis=Basis.CONSENT, detail=CANARY)
        place_hold(actor=alice.actor, ground=f"About {NAME}", subject=CANARY)
        hold = LegalHold.objects.get()
        release_hold(actor=alice.actor, hold=hold, reason=f"{CANARY} settled")
        recall_memories(
            actor=robo.actor,
            query=RecallQuery(query="tea", subject=CANARY, purpose=f"for {CANARY}"),
        )
        retire_memory(actor=alice.actor, memory=about, reason=f"{NAME} asked")
        save_view(
            actor=alice.actor,
            name="theirs",
            listing=Listing.REVIEWS,
            filters={"subject": CANARY},
        )
    assert held.memory.state == "pending"


def _trace(acme, robo):
    said = {"user.id": CANARY, "gen_ai.conversation.id": f"{CANARY}-chat", "input.value": NAME}
    spans = [
        a_span(f"greet {CANARY}", trace_id=TRACE, span_id=b"1" * 8, attributes=said),
        a_span(f"serve {CANARY}", trace_id=TRACE, span_id=b"2" * 8, parent=b"1" * 8),
    ]
    receive_protobuf(acme.id, protobuf_body(*spans))


def _window(subject):
    row = RecallIndex.objects.filter(subject_id=subject.id).first()
    return np.asarray(row.embedding, "<f2").tobytes()[:24]


def needles(window):
    plain = [CANARY.encode(), NAME.encode(), CANARY.encode().hex().encode()]
    return [*plain, b64encode(NAME.encode())[:20], window]


def test_a_canary_in_every_store_is_nowhere_after(planted, postgres):
    acme, robo, request, window = planted
    done = gone_on(request)
    with tenant_scope(acme.id):
        receipts = receipts_of(done)
    assert {one.name: one.error for one in receipts.values() if one.error} == {}
    assert done.status == "completed"
    assert receipts["space"].counts["rewritten"] > 10
    for needle in needles(window):
        assert files_with(postgres.home, needle) == [], needle
    dump = dumped(postgres)
    assert b"Ada" not in dump  # sealed
    assert [needle for needle in needles(window)[:4] if needle in dump] == []
    with tenant_scope(acme.id):
        told = told_by(ErasureCertificate.objects.get())
        assert told["residue"]["files"] > 100
        assert CANARY not in ErasureCertificate.objects.get().note
    with pytest.raises(ErasedSubjectError), tenant_scope(acme.id):
        write_memory(actor=robo.actor, write=a_write("Again.", subject=CANARY))


def files_with(home, needle):
    return [
        str(path.relative_to(home))
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.is_symlink() and needle in path.read_bytes()
    ]


def dumped(postgres):
    made = subprocess.run(
        [INSTALLATION / "bin" / "pg_dump", postgres.dsn(database=DATABASE)],
        capture_output=True,
        check=True,
    )
    return made.stdout
