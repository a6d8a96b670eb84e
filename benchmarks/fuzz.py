"""Strings and files that break programs, at every door: each answer is the door's own choice.

Every string goes through every field of every API operation (those of the OpenAPI document, so a
field added tomorrow is tried tomorrow), its parameters, its address and the headers we read, and
through every field of every form and filter the console shows; every JSON file is a body for every
operation that takes one and for OTLP, whose malformed protobuf messages are tried too, over gRPC as
well. A request is undone after its answer. A 5xx is a failure; the strings are material and no
instructions.

One in THINNING strings is tried in a field, another in the next;
with MNEMOSCOPE_BENCH_ALL=1 each in each, which takes an hour.
"""

import logging
import os
import secrets
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment

from benchmarks.fuzz_doors import Attempt, Given, api_attempts, console_attempts, otlp_attempts
from benchmarks.fuzz_grpc import answers as grpc_answers
from benchmarks.shared_data import folder, records
from benchmarks.table import Table
from console.accounts.permissions import Role
from console.administration import create_tenant
from tests.cast import a_memory, a_person, an_agent
from tests.database import embedded_postgres, migrate_and_connect

THINNING = 12
SERVER_ERROR = 500
SHOWN = 20


@dataclass
class Tally:
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def attempt(self, client: Client, attempt: Attempt) -> None:
        # Undone, so that the next attempt finds what this one found; signing out is an attempt too.
        cookies = deepcopy(client.cookies)
        with transaction.atomic():
            answer = attempt.send(client)
            answer.getvalue()
            transaction.set_rollback(True)
        client.cookies = cookies
        self.statuses[answer.status_code] += 1
        if answer.status_code >= SERVER_ERROR:
            self.failures.append(f"{answer.status_code} {attempt.what}")


@contextmanager
def a_console() -> Iterator[Given]:
    """A tenant with a memory in force, one that waits, a key, and somebody signed in."""
    logging.disable(logging.CRITICAL)
    setup_test_environment()
    try:
        with embedded_postgres() as server:
            migrate_and_connect(server)
            tenant = create_tenant(slug=f"acme-{secrets.token_hex(3)}", name="Acme")
            alice = a_person(tenant, "alice", Role.OWNER)
            robo, rookie = an_agent(tenant, "robo"), an_agent(tenant, "rookie", trusted=False)
            a_memory(robo, "The customer prefers e-mail.", subject="c-1", key="contact")
            a_memory(rookie, "The customer prefers the telephone.")
            yield Given(tenant.id, alice.user, alice.key, robo.key)
    finally:
        teardown_test_environment()
        logging.disable(logging.NOTSET)


def _text(record: dict[str, str]) -> str:
    """Bytes that are no UTF-8 stand for themselves, as `fuzz_doors.raw` sends them."""
    if "text" in record:
        return record["text"]
    return b64decode(record["base64"]).decode(errors="surrogateescape")


def measure(data: Path, *, thinning: int) -> Table:
    strings = [_text(record) for record in records(data / "fuzz" / "strings.jsonl")]
    files = sorted((data / "fuzz" / "json").iterdir())
    messages = sorted((data / "fuzz" / "protobuf_malformed").iterdir())
    table = Table(f"{len(strings)} strings and {len(files) + len(messages)} files, tried", "none")
    total = Tally()
    with a_console() as given:
        for what, attempts in (
            ("API", api_attempts(given, strings, files, thinning)),
            ("OTLP", otlp_attempts(given, files, messages)),
            ("console", console_attempts(given, strings, thinning)),
        ):
            tally = Tally()
            client = Client(raise_request_exception=False)
            if what == "console":
                client.force_login(given.user)
            for attempt in attempts:
                tally.attempt(client, attempt)
            table.add(f"{what}: requests", tally.statuses.total(), "")
            for status, count in sorted(tally.statuses.items()):
                table.add(f"{what}: answered {status}", count, "")
            total.failures += tally.failures
        codes, failures = grpc_answers(given, strings, messages)
        table.add("gRPC: calls", codes.total(), "")
        for code, count in sorted(codes.items()):
            table.add(f"gRPC: answered {code}", count, "")
        total.failures += failures
    table.add("answered 5xx, or as gRPC says it", len(total.failures), "")
    if total.failures:
        shown = "\n".join(total.failures[:SHOWN])
        raise RuntimeError(f"{table}\n\n{len(total.failures)} times 5xx:\n{shown}")
    return table


def main() -> Table:
    """Raises NoDataError, and RuntimeError on a 5xx."""
    return measure(folder(), thinning=1 if os.environ.get("MNEMOSCOPE_BENCH_ALL") else THINNING)
