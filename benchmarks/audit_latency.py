"""How long after its commit an event has its place in the log, and is anchored outside.

Agents write memories at a steady rate, at the settings that ship: a round of the sequencer each
second, a checkpoint each thirty. An event's clock starts when it is recorded, just before its
commit; it is anchored when the file beside the database, flushed to disk, has a checkpoint over it.
MNEMOSCOPE_BENCH_SECONDS says for how long (120).
"""

import os
import time

import psycopg

from benchmarks.audit_durability import await_rest
from benchmarks.memory_writers import writing
from benchmarks.table import Table, percentile
from tests.instance import Instance, running_instance

SECONDS = 120
WRITERS = 4
PAUSE = 0.1
SEQUENCED_WITHIN, ANCHORED_WITHIN = 3, 60
AFTER_THE_LAST = 90  # until its checkpoint is delivered

LATENCIES = """
SELECT extract(epoch FROM l.sequenced_at - e.recorded_at)::float8,
  extract(epoch FROM (
    SELECT min(a.accepted_at) FROM audit_checkpoint c JOIN audit_anchor a
      ON a.tenant_id = c.tenant_id AND a.checkpoint = c.number
    WHERE c.tenant_id = l.tenant_id AND c.size > l.index) - e.recorded_at)::float8
FROM audit_auditevent e JOIN audit_logleaf l USING (tenant_id, id)
WHERE e.kind = 'memory.written' AND e.recorded_at > %s
"""


def latencies(instance: Instance, since: float) -> list[tuple[float, float | None]]:
    with psycopg.connect(instance.admin_dsn, dbname="mnemoscope") as database:
        began = database.execute("SELECT to_timestamp(%s)", [since]).fetchone()
        assert began is not None
        return list(database.execute(LATENCIES, began).fetchall())


def measure(instance: Instance, seconds: float) -> Table:
    """Raises RuntimeError when an event is not anchored in time."""
    since = time.time()
    with writing(instance, WRITERS, pause=PAUSE) as writers:
        time.sleep(seconds)
    await_rest(instance)
    deadline = time.monotonic() + AFTER_THE_LAST
    while any(anchored is None for _, anchored in latencies(instance, since)):
        if time.monotonic() > deadline:
            raise RuntimeError(f"An event was not anchored within {AFTER_THE_LAST} s.")
        time.sleep(1)
    found = latencies(instance, since)
    table = Table("From an event's commit on", "what is to be reached, at p95")
    table.add("events", len(found), "")
    table.add("events per second", len(found) / seconds, "/s")
    for what, samples, limit in (
        ("sequenced", [sequenced for sequenced, _ in found], SEQUENCED_WITHIN),
        ("anchored", [anchored for _, anchored in found if anchored], ANCHORED_WITHIN),
    ):
        table.add(f"until {what}, p50", percentile(samples, 50), "s")
        table.add(f"until {what}, p95", percentile(samples, 95), "s", limit)
    wrong = [answer for writer in writers for answer in writer.wrong]
    if wrong:
        raise RuntimeError("\n".join(wrong))
    return table


def main() -> Table:
    with running_instance() as instance:
        return measure(instance, float(os.environ.get("MNEMOSCOPE_BENCH_SECONDS", SECONDS)))
