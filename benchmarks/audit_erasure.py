"""How long the erasure of one large subject takes, from its approval to the completed request.

10,000 memories (MNEMOSCOPE_BENCH_ERASED_MEMORIES) and 100,000 steps of traces
(MNEMOSCOPE_BENCH_ERASED_SPANS) about one person, by the product's own writing and receiving, beside
other people's, and a word of their own in every place where agents and people can say some
(`tests.erasure.planting`). Carried out as a worker does, batch by batch, on a server that syncs to
disk. Afterwards tables, data folder and write-ahead log are searched for those and for what the
person was called, as text, base64 and hexadecimal digits, and for bytes of their embeddings: what
is found fails it.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.test.utils import override_settings

from audit.ingest.receive import receive_protobuf
from benchmarks.corpus import sentences
from benchmarks.database import DATABASE, embedded_database
from benchmarks.table import Table
from console.runtime.postgres import INSTALLATION, EmbeddedPostgres
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions import write_memories
from memory.erasure.person import person_of
from memory.erasure.residue import look_in_files, needles_of
from memory.erasure.saga import advance
from memory.erasure.words import Words, words_of
from memory.models import ErasureStep, RequestStatus, SubjectRequest
from tests.cast import Machine, a_write
from tests.erasure.planting import Cast
from tests.erasure.workspace import CANARY, NAME
from tests.ingest.messages import SECOND, a_span, moment_ns, protobuf_body
from tests.webhooks.receiver import receiving

MEMORIES = int(os.environ.get("MNEMOSCOPE_BENCH_ERASED_MEMORIES", "10000"))
SPANS = int(os.environ.get("MNEMOSCOPE_BENCH_ERASED_SPANS", "100000"))
OTHERS = 10  # for each so many of theirs, one of somebody else's
WANTED_SECONDS = 300.0
WRITTEN_AT_ONCE = 100
STEPS_OF_A_TRACE, TRACES_AT_ONCE = 100, 10
DAYS = 14  # that the traces are spread over
SHOWN = 5
# How each word of the planting begins: as text, in base64, in hexadecimal digits.
WORD = re.compile(rb"wozzle\.|d296emxlL|776f7a7a6c652e")


def main() -> Table:
    """Raises RuntimeError where the request is not completed, or anything is found afterwards."""
    with embedded_database() as server:
        cast, request, words = _planted()
        tenant = cast.acme
        if not look_in_files(words)[1] or not cast.words.found_in(_dumped(server)):
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
        read = _searched(server, words, cast)
    table = Table(f"An erasure of {MEMORIES:,} memories and {SPANS:,} steps", "what is wanted")
    table.add("approved until completed, and its own space cleared", seconds, "s", WANTED_SECONDS)
    for took, name in sorted(((_took(one), one.name) for one in receipts), reverse=True)[:SHOWN]:
        table.add(f"of them: {name}", took, "s")
    table.add("files searched, and a dump of all tables", read, "")
    table.add("in which anything was found", 0, "")
    return table


def _took(receipt: ErasureStep) -> float:
    return (receipt.finished_at - receipt.started_at).total_seconds() if receipt.finished_at else 0


def _planted() -> tuple[Cast, SubjectRequest, Words]:
    local = {"ALLOWED_HOSTS": ["testserver"], "WEBHOOK_ALLOW_PRIVATE": True}
    with override_settings(**local), receiving() as receiver:
        cast = Cast(receiver)
        said = sentences()
        _write(cast.robo, said, MEMORIES, [CANARY])
        _write(cast.robo, said, MEMORIES // OTHERS, [f"customer-{n}" for n in range(20)])
        _send(cast.acme, said, SPANS, [CANARY])
        _send(cast.acme, said, SPANS // OTHERS, [f"customer-{n}" for n in range(20)])
        cast.plant()
    with tenant_scope(cast.acme.id):
        words = words_of(person_of([cast.subject.id]))
        return cast, SubjectRequest.objects.get(id=cast.request_id), words


def _write(robo: Machine, said: Iterator[str], count: int, subjects: list[str]) -> None:
    for begun in range(0, count, WRITTEN_AT_ONCE):
        writes = [
            a_write(f"{NAME}: {text}" if subjects == [CANARY] else text, subject=subject)
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
            whose = NAME if subject == CANARY else subject
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


def _searched(server: EmbeddedPostgres, words: Words, cast: Cast) -> int:
    """How many files were read. Raises RuntimeError where any of it is found."""
    files, found = look_in_files(words)
    dump = _dumped(server)
    if any(needle in dump for needle in needles_of(words)):
        found = [*found, "a dump of all tables"]
    found += sorted(cast.words.found_in(dump))
    for path in server.home.rglob("*"):
        if path.is_file() and not path.is_symlink() and WORD.search(path.read_bytes()):
            found = [*found, path.name]
    if found or not words.windows:
        raise RuntimeError(f"Something of the person is left in {', '.join(found[:SHOWN])}.")
    return files


def _dumped(server: EmbeddedPostgres) -> bytes:
    command: list[str | Path] = [INSTALLATION / "bin" / "pg_dump", server.dsn(database=DATABASE)]
    return subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - ours


def _tell(what: str, done: int, count: int) -> None:
    if done % 2_000 == 0:
        print(f"audit_erasure: {done:,} of {count:,} {what}", file=sys.stderr, flush=True)
