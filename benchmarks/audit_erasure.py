"""How long the erasure of one large subject takes, from its approval to the completed request.

10,000 memories (MNEMOSCOPE_BENCH_ERASED_MEMORIES) and 100,000 steps of traces
(MNEMOSCOPE_BENCH_ERASED_SPANS) about one person, by the product's own writing and receiving, beside
other people's. Carried out as a worker does, batch by batch, on a server that syncs to disk.
Afterwards tables, data folder and write-ahead log are searched for what the person was called, as
text and base64, and for bytes of their embeddings: what is found fails it.
"""

import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from audit.ingest.receive import receive_protobuf
from benchmarks.corpus import sentences
from benchmarks.database import DATABASE, embedded_database
from benchmarks.table import Table
from console.accounts.models import Subject
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.runtime.postgres import INSTALLATION, EmbeddedPostgres
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions import name_subject, write_memories
from memory.desk import approve_request, receive_request, set_desk
from memory.erasure.person import person_of
from memory.erasure.residue import look_in_files, needles_of
from memory.erasure.saga import advance
from memory.erasure.words import Words, words_of
from memory.models import ErasureStep, RequestStatus, SubjectRequest
from tests.cast import Machine, Person, a_person, a_write, an_agent
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body

MEMORIES = int(os.environ.get("MNEMOSCOPE_BENCH_ERASED_MEMORIES", "10000"))
SPANS = int(os.environ.get("MNEMOSCOPE_BENCH_ERASED_SPANS", "100000"))
OTHERS = 10  # for each so many of theirs, one of somebody else's
WANTED_SECONDS = 300.0
WRITTEN_AT_ONCE = 100
STEPS_OF_A_TRACE, TRACES_AT_ONCE = 100, 10
DAYS = 14  # that the traces are spread over
SHOWN = 5
PERSON, CALLED = "zyxcanary-4711", "Quirinus Zyxenbach"
ENCODED = b64encode(f"{CALLED} is {PERSON}".encode()).decode()


def main() -> Table:
    """Raises RuntimeError where the request is not completed, or anything is found afterwards."""
    with embedded_database() as server:
        tenant, request, words = _planted()
        if not look_in_files(words)[1]:
            raise RuntimeError("The search finds nothing of what is there.")
        began = time.perf_counter()
        while advance(request.id, tenant_id=tenant.id):
            pass
        seconds = time.perf_counter() - began
        with tenant_scope(tenant.id):
            request.refresh_from_db()
            receipts = list(ErasureStep.objects.filter(request_id=request.id))
        if request.status != RequestStatus.COMPLETED:
            failed = next((one for one in receipts if one.error), None)
            raise RuntimeError(f"The erasure is {request.status}: {failed and failed.error}.")
        read = _searched(server, words)
    table = Table(f"An erasure of {MEMORIES:,} memories and {SPANS:,} steps", "what is wanted")
    table.add("approved until completed, and its own space cleared", seconds, "s", WANTED_SECONDS)
    for took, name in sorted(((_took(one), one.name) for one in receipts), reverse=True)[:SHOWN]:
        table.add(f"of them: {name}", took, "s")
    table.add("files searched, and a dump of all tables", read, "")
    table.add("in which anything was found", 0, "")
    return table


def _took(receipt: ErasureStep) -> float:
    return (receipt.finished_at - receipt.started_at).total_seconds() if receipt.finished_at else 0


def _planted() -> tuple[Tenant, SubjectRequest, Words]:
    acme = create_tenant(slug="acme", name="Acme")
    alice, bob = a_person(acme, "alice", Role.OWNER), a_person(acme, "bob", Role.REVIEWER)
    robo = an_agent(acme, "robo")
    said = sentences()
    with tenant_scope(acme.id):
        write_memories(
            actor=robo.actor,
            writes=[a_write("Likes tea.", subject=PERSON, metadata={"who": ENCODED})],
        )
    _write(robo, said, MEMORIES, [PERSON])
    _write(robo, said, MEMORIES // OTHERS, [f"customer-{n}" for n in range(20)])
    _send(acme, said, SPANS, [PERSON])
    _send(acme, said, SPANS // OTHERS, [f"customer-{n}" for n in range(20)])
    return acme, *_approved(acme, alice, bob)


def _write(robo: Machine, said: Iterator[str], count: int, subjects: list[str]) -> None:
    for begun in range(0, count, WRITTEN_AT_ONCE):
        writes = [
            a_write(f"{CALLED}: {text}" if subjects == [PERSON] else text, subject=subject)
            for number, text in enumerate(islice(said, min(WRITTEN_AT_ONCE, count - begun)))
            for subject in [subjects[(begun + number) % len(subjects)]]
        ]
        with tenant_scope(robo.actor.tenant_id):
            written = write_memories(actor=robo.actor, writes=writes)
        if len(written.changed) != len(writes):
            raise RuntimeError(f"Of {len(writes)} writes {len(written.changed)} were taken.")
        _tell("memories", begun, count)


def _send(acme: Tenant, said: Iterator[str], count: int, subjects: list[str]) -> None:
    """Traces of 100 steps, whose first names the person and each of which says something."""
    began = moment_ns() - DAYS * 86_400 * SECOND
    apart = DAYS * 86_400 * SECOND // (count // STEPS_OF_A_TRACE + 1)
    traces = range(count // STEPS_OF_A_TRACE)
    for first in traces[::TRACES_AT_ONCE]:
        spans = []
        for number in traces[first : first + TRACES_AT_ONCE]:
            subject = subjects[number % len(subjects)]
            whose = CALLED if subject == PERSON else subject
            trace_id = os.urandom(16)
            for step, text in enumerate(islice(said, STEPS_OF_A_TRACE)):
                about = {"user.id": subject} if step == 0 else {}
                spans.append(
                    a_span(
                        f"serve {subject}" if step == 0 else f"step {step}",
                        trace_id=trace_id,
                        start=began + number * apart + step * SECOND // 10,
                        seconds=1,
                        attributes={"input.value": f"{whose}: {text}", **about},
                    )
                )
        receipt = receive_protobuf(acme.id, protobuf_body(*spans))
        if receipt.stored != len(spans):
            raise RuntimeError(f"Of {len(spans)} steps {receipt.stored} are stored.")
        _tell("steps", first * STEPS_OF_A_TRACE, count)


def _approved(acme: Tenant, alice: Person, bob: Person) -> tuple[SubjectRequest, Words]:
    with tenant_scope(acme.id):
        subject = Subject.objects.get(external_id=PERSON)
        name_subject(actor=alice.actor, subject=subject, names=[CALLED])
        set_desk(actor=alice.actor, cool_off_hours=0)
        request = receive_request(
            actor=bob.actor,
            subject=subject,
            asked_by=f"{CALLED}, by letter",
            contact=f"{PERSON}@mail.example",
            wish=f"Forget {PERSON}.",
            identity_check="Called back",
        )
        words = words_of(person_of([subject.id]))
        return approve_request(actor=alice.actor, request=request), words


def _searched(server: EmbeddedPostgres, words: Words) -> int:
    """How many files were read. Raises RuntimeError where any of it is found."""
    files, found = look_in_files(words)
    command: list[str | Path] = [INSTALLATION / "bin" / "pg_dump", server.dsn(database=DATABASE)]
    dump = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - ours
    if any(needle in dump for needle in needles_of(words)):
        found = [*found, "a dump of all tables"]
    if found or not words.windows:
        raise RuntimeError(f"Something of the person is left in {', '.join(found[:SHOWN])}.")
    return files


def _tell(what: str, done: int, count: int) -> None:
    if done % 2_000 == 0:
        print(f"audit_erasure: {done:,} of {count:,} {what}", file=sys.stderr, flush=True)
