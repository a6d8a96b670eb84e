"""The rows of runs: changed by what a batch says of them, or set to what was counted anew."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from audit.ingest import columns
from audit.ingest.columns import Column
from audit.ingest.run_delta import COUNTS, LATEST, RunDelta
from audit.ingest.statements import run, send
from audit.models import StitchedBy
from console.tenancy.scope import current_tenant_id

PULSE = 16  # minutes, as of audit_pulse
MOST = 2**62  # where a sum stops, rather than refuse its run's batches for ever
WORDS = ("name", "agent", "service")

# One column after the other: its name, its type, and how it is made of the deltas.
Maker = Callable[[Sequence[RunDelta]], Column]


def _counts(name: str) -> Maker:
    return lambda deltas: columns.bigints([min(getattr(d, name), MOST) for d in deltas])


def _instants(name: str) -> Maker:
    return lambda deltas: columns.instants([getattr(d, name) for d in deltas])


def _texts(name: str) -> Maker:
    return lambda deltas: columns.texts([getattr(d, name).text for d in deltas])


def _ranks(name: str) -> Maker:
    return lambda deltas: columns.bigints([getattr(d, name).rank for d in deltas])


def _pulses(deltas: Sequence[RunDelta]) -> Column:
    """No array holds arrays of several lengths: as text, and read as an array."""
    latest = [sorted(delta.pulse, reverse=True)[:PULSE] for delta in deltas]
    return columns.texts(["{" + ",".join(map(str, minutes)) + "}" for minutes in latest])


COLUMNS: tuple[tuple[str, str, Maker], ...] = (
    ("key", "text", lambda ds: columns.texts([d.key.key if d.key else "" for d in ds])),
    (
        "stitched_by",
        "int2",
        lambda ds: columns.smallints(
            [d.key.stitched_by if d.key else StitchedBy.TRACE for d in ds]
        ),
    ),
    *((word, "text", _texts(word)) for word in WORDS),
    *((word + "_rank", "int8", _ranks(word)) for word in WORDS),
    ("first_seen", "timestamptz", _instants("first_seen")),
    ("last_seen", "timestamptz", _instants("last_seen")),
    *((count, "int8", _counts(count)) for count in COUNTS),
    ("root_ended_at", "timestamptz", _instants("root_ended_at")),
    ("root_failed", "bool", lambda ds: columns.booleans([d.root_failed for d in ds])),
    *((latest, "timestamptz", _instants(latest)) for latest in LATEST),
    ("pulse", "text", _pulses),
)
NAMES = [name for name, _, _ in COLUMNS]

_INSERT = (
    f"INSERT INTO audit_run AS kept (tenant_id, id, {', '.join(NAMES)})"  # noqa: S608 - constants
    f" SELECT %s::uuid, id, {', '.join(NAMES[:-1])}, pulse::int4[]"
    f" FROM unnest(%s::uuid[], {', '.join(f'%s::{kind}[]' for _, kind, _ in COLUMNS)})"
    f" AS batch (id, {', '.join(NAMES)})"
    " ON CONFLICT (tenant_id, id) DO UPDATE SET "
)
# NULL is "nothing to say": least and greatest pass it over.
_CHANGES = (
    *(
        f'{word} = CASE WHEN (excluded.{word}_rank, excluded.{word} COLLATE "C")'
        f" < (kept.{word}_rank, kept.{word}) THEN excluded.{word} ELSE kept.{word} END"
        for word in WORDS
    ),
    *(f"{word}_rank = least(kept.{word}_rank, excluded.{word}_rank)" for word in WORDS),
    "first_seen = least(kept.first_seen, excluded.first_seen)",
    "last_seen = greatest(kept.last_seen, excluded.last_seen)",
    *(f"{c} = kept.{c} + least(excluded.{c}, {MOST} - kept.{c})" for c in COUNTS),
    "root_ended_at = greatest(kept.root_ended_at, excluded.root_ended_at)",
    """root_failed = CASE
      WHEN (coalesce(excluded.root_ended_at, '-infinity'), excluded.root_failed)
         > (coalesce(kept.root_ended_at, '-infinity'), kept.root_failed)
      THEN excluded.root_failed ELSE kept.root_failed END""",
    *(f"{latest} = greatest(kept.{latest}, excluded.{latest})" for latest in LATEST),
    "pulse = audit_pulse(kept.pulse, excluded.pulse)",
    "root_given_up = false",
)
CHANGE = _INSERT + ", ".join(_CHANGES) + " RETURNING id, coalesce(recounted_at > now(), false)"
RESET = (
    _INSERT
    + ", ".join(f"{name} = excluded.{name}" for name in NAMES[2:])
    + ", recounted_at = clock_timestamp()"
)


def change_runs(deltas: Mapping[UUID, RunDelta]) -> set[UUID]:
    """Adds to the runs at hand, making those that are new, in one order for every writer.

    Answers those that a trace has left since this transaction began.
    """
    if not deltas:
        return set()
    return {run_id for run_id, was_left in run(CHANGE, _parameters(deltas)) if was_left}


def reset_runs(deltas: Mapping[UUID, RunDelta]) -> None:
    """Sets runs, whose rows the caller holds, to what was counted anew."""
    if deltas:
        send(RESET, _parameters(deltas))


def _parameters(deltas: Mapping[UUID, RunDelta]) -> list[Any]:
    ids = sorted(deltas)
    ordered = [deltas[run_id] for run_id in ids]
    made = [make(ordered) for _, _, make in COLUMNS]
    return [current_tenant_id(), columns.uuids(ids), *made]
