"""Ingest among 10,000 spans and among a million: whether a full store slows what arrives.

Both rates are of the same requests over HTTP, in one instance; the floor of the second is the
first. Between them the store is filled at whatever speed that goes. `MNEMOSCOPE_BENCH_SPANS` makes
the store smaller.
"""

import os
import time

import psycopg

from benchmarks.otlp_ingest import (
    BYTES,
    SECOND,
    SPANS_PER_REQUEST,
    Sender,
    a_request,
    check_stored,
    one,
    sending,
    settle,
)
from benchmarks.table import Table
from tests.instance import Instance, running_instance

FULL = int(os.environ.get("MNEMOSCOPE_BENCH_SPANS", "1000000"))
FEW = 10_000
MEASURED = 300  # requests
AT_ONCE = 200


def measure(instance: Instance) -> Table:
    with (
        psycopg.connect(instance.admin_dsn, dbname="mnemoscope", autocommit=True) as database,
        sending(instance) as client,
    ):
        settle(instance)
        sender, sent = Sender(client), 0
        sent += fill(sender, sent, FEW // SPANS_PER_REQUEST)
        bodies = requests(sent, MEASURED)
        few = sender.rate(bodies)
        sent += MEASURED
        sent += fill(sender, sent, FULL // SPANS_PER_REQUEST - sent)
        database.execute("CHECKPOINT")
        bodies = requests(sent, MEASURED)
        full = sender.rate(bodies)
        sent += MEASURED
        check_stored(database, sent * SPANS_PER_REQUEST)
        size = one(database, BYTES) / (sent * SPANS_PER_REQUEST)
    table = Table("Spans into a full store", f"the rate among {FEW:,} spans, in the same run")
    table.add(f"new spans among {FULL:,}", full, "spans/s", few)
    table.add("stored per span, indexes included", size, "bytes")
    return table


def fill(sender: Sender, sent: int, count: int) -> int:
    for begun in range(0, count, AT_ONCE):
        sender.rate(requests(sent + begun, min(AT_ONCE, count - begun)))
    return max(count, 0)


def requests(first: int, count: int) -> list[bytes]:
    """Over the last three days, so that they fall into as many partitions."""
    began = time.time_ns() - 3 * 86_400 * SECOND
    step = 3 * 86_400 * SECOND // (FULL // SPANS_PER_REQUEST + 2 * MEASURED)
    return [a_request(n, started=began + n * step) for n in range(first, first + count)]


def main() -> Table:
    with running_instance() as instance:
        return measure(instance)
