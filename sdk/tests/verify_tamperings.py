"""The twelve kinds of tampering, each at a random place, with what the verifier must say of it.

Those of the events are done to the database of an honest server, which then exports and signs the
manifest as it always does; those of the history are done by one who has the log's key.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from verify_logs import Event, Export, Log, a_key, a_log, an_event, leaf, written


@dataclass(frozen=True)
class Told:
    """What must be found: the kind, and the index or the checkpoint that it names."""

    kind: str
    index: int | None = None
    checkpoint: int | None = None


Tampering = Callable[[random.Random, Log], tuple[Export, Told]]


def _exported(rng: random.Random, log: Log) -> Export:
    """The whole log, or a period that begins at a checkpoint."""
    return log.export(begin=rng.randrange(len(log.notes) - 3))


def _place(rng: random.Random, export: Export) -> int:
    return rng.randrange(len(export.lines))


def _event(log: Log, export: Export, place: int) -> Event:
    return log.events[export.first + place]


def edit(rng: random.Random, log: Log) -> tuple[Export, Told]:
    export = _exported(rng, log)
    place = _place(rng, export)
    event = _event(log, export, place)
    changed = rng.choice(
        [
            event.but(outcome="refused"),
            event.but(payload={**event.entry["payload"], "n": -1}),
            event.but(actor=log.events[0].entry["request"]),
            event.but(words="00" * 32),
        ]
    )
    export.lines[place] = changed.line if changed.entry["words"][:2] != "00" else Event(
        changed.entry, None
    ).line  # fmt: skip
    return export, Told("edit", export.first + place)


def deletion(rng: random.Random, log: Log) -> tuple[Export, Told]:
    export = _exported(rng, log)
    place = rng.randrange(len(export.lines) - 1)  # at the very end it is a cut tail
    count = min(rng.choice([1, 1, 3]), len(export.lines) - 1 - place)
    del export.lines[place : place + count]
    return export, Told("deletion", export.first + place)


def insertion(rng: random.Random, log: Log) -> tuple[Export, Told]:
    export = _exported(rng, log)
    place = rng.randrange(len(export.lines) + 1)
    at = datetime.fromisoformat(log.events[export.first + max(place - 1, 0)].entry["at"])
    export.lines.insert(place, an_event(rng, log.tenant, at).line)
    return export, Told("insertion", export.first + place)


def swap(rng: random.Random, log: Log) -> tuple[Export, Told]:
    export = _exported(rng, log)
    one, other = sorted(rng.sample(range(len(export.lines)), 2))
    if rng.random() < 0.5:
        other = min(one + 1, len(export.lines) - 1)
        one = other - 1
    lines = export.lines
    lines[one], lines[other] = lines[other], lines[one]
    return export, Told("swap", export.first + one)


def redating(rng: random.Random, log: Log) -> tuple[Export, Told]:
    export = _exported(rng, log)
    place = _place(rng, export)
    event = _event(log, export, place)
    at = datetime.fromisoformat(event.entry["at"])
    shift = timedelta(microseconds=rng.choice([1, 10**3, 10**6, 10**9, 10**12]))
    moved = at + shift if rng.random() < 0.5 else at - shift
    export.lines[place] = event.but(at=written(moved)).line
    return export, Told("re-dating", export.first + place)


def cut_tail(rng: random.Random, log: Log) -> tuple[Export, Told]:
    """Of the events alone, or with the checkpoints that told of them."""
    export = _exported(rng, log)
    if rng.random() < 0.5:
        left = rng.randrange(len(export.lines))
        del export.lines[left:]
        return export, Told("cut tail", export.first + left)
    begin = log.sizes.index(export.first) + 1 if export.first else 0
    end = rng.randrange(begin + 1, len(log.notes))
    shorter = log.export(begin, end)
    return shorter, Told("cut tail", shorter.size)


def _another(log: Log, same: int) -> Log:
    """Another history, signed with the log's key, the same for so many checkpoints."""
    other = Log(log.tenant, log.key, log.rng)
    kept = log.sizes[same - 1] if same else 0
    other.events, other.leaves = log.events[:kept], log.leaves[:kept]
    other.notes, other.sizes = log.notes[:same], log.sizes[:same]
    other.now += timedelta(hours=1)
    for size in log.sizes[same:]:
        other.record(size - len(other.events))
        other.seal()
    return other


def full_rewrite(rng: random.Random, log: Log) -> tuple[Export, Told]:
    export = _another(log, 0).export()
    export.outside = log.notes[rng.randrange(len(log.notes)) :]
    return export, Told("full rewrite", 0)


def fork(rng: random.Random, log: Log) -> tuple[Export, Told]:
    same = rng.randrange(1, len(log.notes))
    export = _another(log, same).export()
    export.outside = list(log.notes)
    return export, Told("fork", log.sizes[same - 1])


def key_swap(rng: random.Random, log: Log) -> tuple[Export, Told]:
    same = rng.randrange(len(log.notes))
    forger = a_key(log.origin, rng)
    forged = Log(log.tenant, forger, log.rng, log.events, log.leaves, now=log.now)
    forged.notes, forged.sizes = log.notes[:same], log.sizes[:same]
    for size in log.sizes[same:]:
        forged.leaves = log.leaves[:size]
        forged.seal()
    export = forged.export()
    export.outside = list(log.notes)
    return export, Told("key swap", checkpoint=same + 1)


def missing_checkpoint(rng: random.Random, log: Log) -> tuple[Export, Told]:
    export = log.export()
    gone = rng.randrange(len(export.notes))
    del export.notes[gone]
    return export, Told("missing checkpoint", checkpoint=gone + 1)


def graft(rng: random.Random, log: Log) -> tuple[Export, Told]:
    export = _exported(rng, log)
    place = _place(rng, export)
    stranger = a_log(rng, checkpoints=1).events[0].line
    if rng.random() < 0.5:
        export.lines[place] = stranger
    else:
        export.lines.insert(place, stranger)
    return export, Told("graft", export.first + place)


def replay(rng: random.Random, log: Log) -> tuple[Export, Told]:
    export = _exported(rng, log)
    way = rng.randrange(3)
    if way == 0:
        place, source = _place(rng, export), _place(rng, export)
        export.lines.insert(place, export.lines[source])
        # Beside itself, which of two equal lines was put in cannot be told.
        if place in {source, source + 1}:
            place = source + 1
        return export, Told("replay", export.first + place)
    if way == 1:
        return _sealed_twice(rng, log)
    number = rng.randrange(1, len(log.notes))
    export = log.export()
    export.notes[-1] = export.notes[number - 1]
    return export, Told("replay", checkpoint=number)


def _sealed_twice(rng: random.Random, log: Log) -> tuple[Export, Told]:
    """The log itself took an event a second time, and signed that it did."""
    source = rng.randrange(len(log.events))
    twice = Log(log.tenant, log.key, log.rng, list(log.events), list(log.leaves), now=log.now)
    twice.notes, twice.sizes = list(log.notes), list(log.sizes)
    twice.events.append(log.events[source])
    twice.leaves.append(log.leaves[source])
    twice.seal()
    return twice.export(), Told("replay", len(log.events))


def with_leaves_rewritten(export: Export) -> Export:
    """The same, by one who has also rewritten the leaves that the server holds."""
    export.leaves = [leaf(line[9 : line.rfind(b',"words":')]) for line in export.lines]
    return export


TAMPERINGS: dict[str, Tampering] = {
    "edit": edit,
    "deletion": deletion,
    "insertion": insertion,
    "swap": swap,
    "re-dating": redating,
    "cut tail": cut_tail,
    "full rewrite": full_rewrite,
    "fork": fork,
    "key swap": key_swap,
    "missing checkpoint": missing_checkpoint,
    "graft": graft,
    "replay": replay,
}
