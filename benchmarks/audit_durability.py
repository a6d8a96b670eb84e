"""What becomes of the audit log while the instance is killed (kill -9), process by process.

Agents write memories without pause. A round kills one victim at a random moment and waits until
every writer is acknowledged again and the log has grown. In the end every change must have exactly
one event, every event one place in the log, the log no gap, and `verify_audit` must find nothing.
MNEMOSCOPE_BENCH_ROUNDS says how many rounds (50).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from benchmarks import killing
from benchmarks.killing import RECOVERS_WITHIN, Find, children_of, in_turn, kill_in_turn
from benchmarks.memory_writers import Writer, writing
from benchmarks.table import Table
from tests.instance import PROJECT, Instance, running_instance

ROUNDS = 50
WRITERS = 3

# Each counts what must not be.
CHECKS = {
    "acknowledged memories lost": """
        SELECT count(*) FROM unnest(%(acknowledged)s::uuid[]) AS promised (id)
        WHERE NOT EXISTS (SELECT FROM memory_memory m WHERE m.id = promised.id)""",
    "memories without their event, or with two": """
        SELECT count(*) FROM memory_memory m WHERE 1 <> (
          SELECT count(*) FROM audit_auditevent e WHERE e.tenant_id = m.tenant_id
            AND e.object_id = m.id AND e.kind = 'memory.written')""",
    "events of memories that are not there": """
        SELECT count(*) FROM audit_auditevent e WHERE kind = 'memory.written'
          AND NOT EXISTS (SELECT FROM memory_memory m WHERE m.id = e.object_id)""",
    "events without a place in the log": """
        SELECT count(*) FROM audit_auditevent e
        WHERE NOT EXISTS (SELECT FROM audit_logleaf l
          WHERE l.tenant_id = e.tenant_id AND l.id = e.id)""",
    "places of events that are not there": """
        SELECT count(*) FROM audit_logleaf l
        WHERE NOT EXISTS (SELECT FROM audit_auditevent e
          WHERE e.tenant_id = l.tenant_id AND e.id = l.id)""",
    "gaps in the log": """
        SELECT coalesce(sum(size - places), 0) FROM (
          SELECT max(index) + 1 AS size, count(DISTINCT index) AS places
          FROM audit_logleaf GROUP BY tenant_id) AS logs""",
    "gaps in the checkpoints": """
        SELECT coalesce(sum(newest - made), 0) FROM (
          SELECT max(number) AS newest, count(*) AS made
          FROM audit_checkpoint GROUP BY tenant_id) AS logs""",
}
SIZE = "SELECT count(*) FROM audit_logleaf"


@dataclass(slots=True)
class Ordeal:
    writers: list[Writer]
    recoveries: dict[str, list[float]]  # seconds by victim


def victims(instance: Instance) -> dict[str, Find]:
    return {
        **killing.victims(instance),
        "worker": lambda: children_of(instance, "console.celery worker"),
        "sequencer": lambda: children_of(instance, "sequence_audit"),
    }


def undergo(instance: Instance, order: list[str]) -> Ordeal:
    """Kills in this order. Raises RuntimeError when a victim is missing or stays away."""
    with writing(instance, WRITERS) as writers:
        return Ordeal(
            writers,
            kill_in_turn(
                victims(instance), order, writers, recovered=lambda: await_growth(instance)
            ),
        )


def await_growth(instance: Instance) -> None:
    """Raises RuntimeError when no event gets its place in time."""
    before = log_size(instance)
    _await(lambda: log_size(instance) > before, "The log did not grow")


def await_rest(instance: Instance) -> None:
    """Until nothing waits for its place. Raises RuntimeError when it does not in time."""
    waiting = CHECKS["events without a place in the log"]
    _await(lambda: count(instance, waiting) == 0, "Events did not get their places")


def _await(holds: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + RECOVERS_WITHIN
    while True:
        try:
            if holds():
                return
        except psycopg.OperationalError:  # it has just been killed
            pass
        if time.monotonic() > deadline:
            raise RuntimeError(f"{otherwise} in {RECOVERS_WITHIN} s.")
        time.sleep(0.05)


def log_size(instance: Instance) -> int:
    return count(instance, SIZE)


def count(instance: Instance, query: str, **parameters: object) -> int:
    with psycopg.connect(instance.admin_dsn, dbname="mnemoscope") as database:
        [(figure,)] = database.execute(query, parameters).fetchall()
        return int(figure)


def check(instance: Instance, writers: list[Writer]) -> dict[str, int]:
    """How often each of CHECKS does not hold, and what `verify_audit` finds."""
    acknowledged = [known for writer in writers for known in writer.acknowledged]
    found = {
        what: count(instance, query, acknowledged=acknowledged) for what, query in CHECKS.items()
    }
    return found | {"what verify_audit finds": verify(instance)}


def verify(instance: Instance) -> int:
    environment = {key: value for key, value in os.environ.items() if "MNEMOSCOPE_" not in key}
    verified = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, str(PROJECT / "manage.py"), "verify_audit", "--json"],
        env={
            **environment,
            "MNEMOSCOPE_HOME": str(instance.home),
            "DJANGO_SETTINGS_MODULE": "console.settings.prod",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    answers = json.loads(verified.stdout)
    if not any(answer["checkpoints"] for answer in answers.values()):
        raise RuntimeError("Nothing was verified.")
    return sum(answer["found"] for answer in answers.values())


def measure(instance: Instance, order: list[str]) -> Table:
    """Raises RuntimeError when something was lost, doubled or left out."""
    ordeal = undergo(instance, order)
    await_rest(instance)
    table = Table(f"{len(order)} kills while the log is kept", "nothing may be lost or doubled")
    for victim, taken in ordeal.recoveries.items():
        table.add(f"killed: {victim}", len(taken), "times")
        table.add("  until all are acknowledged and the log grows, longest", max(taken), "s")
    written = sum(len(writer.acknowledged) for writer in ordeal.writers)
    table.add("memories acknowledged", written, "")
    table.add("events in the log", log_size(instance), "")
    table.add("writes sent again", sum(writer.repeats for writer in ordeal.writers), "")
    wrong = [answer for writer in ordeal.writers for answer in writer.wrong]
    table.add("answers that make a writer give up", len(wrong), "", 0)
    for what, figure in check(instance, ordeal.writers).items():
        table.add(what, figure, "", 0)
    if any(row.figure for row in table.rows if row.floor is not None):
        raise RuntimeError(f"{table}\n\n" + "\n".join(wrong[:10]))
    return table


def main() -> Table:
    """Raises RuntimeError when something was lost, doubled or left out."""
    with running_instance() as instance:
        rounds = int(os.environ.get("MNEMOSCOPE_BENCH_ROUNDS", ROUNDS))
        return measure(instance, in_turn([*victims(instance)], rounds))
