"""`mnemoscope-verify` against what it must find: speed, twelve kinds of tampering, honest exports.

The logs are made by sdk/tests, from the standards and not from the server; each tampering is at a
random place of a random log, and counts as found only under its own name, at its place, with
nothing else beside it. MNEMOSCOPE_BENCH_TAMPERINGS and MNEMOSCOPE_BENCH_EXPORTS make it smaller.
"""

import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.table import Table, percentile

SDK = Path(__file__).parents[1] / "sdk"
TAMPERINGS = int(os.environ.get("MNEMOSCOPE_BENCH_TAMPERINGS", "200"))
EXPORTS = int(os.environ.get("MNEMOSCOPE_BENCH_EXPORTS", "1000"))
EVENTS, PER_CHECKPOINT = 200_000, 1_000
PROOFS = 2_000
REACH_EVENTS, REACH_PROOF = 40_000, 1.0


def main() -> list[Table]:
    sys.path[:0] = [str(SDK / "src"), str(SDK / "tests")]
    with tempfile.TemporaryDirectory() as folder:
        return [_speed(Path(folder)), _found(Path(folder))]


def _speed(folder: Path) -> Table:
    table = Table("The verifier, on one core", "what issue 6 asks for")
    log = _long_log()
    pack = log.export().write(folder / "long.zip")
    began, processor = time.perf_counter(), time.process_time()
    report = _verify(pack, log)
    seconds, busy = time.perf_counter() - began, time.process_time() - processor
    assert report.is_well
    table.add(f"{EVENTS:,} events, by the clock", EVENTS / seconds, "events/s", REACH_EVENTS)
    table.add(f"{EVENTS:,} events, by the processor", EVENTS / busy, "events/s", REACH_EVENTS)
    samples = sorted(_proofs())
    table.add("inclusion proof, median", percentile(samples, 50), "ms", REACH_PROOF)
    table.add("inclusion proof, p95", percentile(samples, 95), "ms", REACH_PROOF)
    return table


def _long_log() -> Any:
    """Made with the verifier's own tree, which is quicker than the definition of the standard."""
    logs: Any = import_module("verify_logs")
    log = logs.a_log(_chance(1), checkpoints=0)
    tree, whole = import_module("mnemoscope_verify.merkle").Tree(), logs.subtree
    logs.subtree = lambda _leaves: tree.root()
    try:
        for _ in range(EVENTS // PER_CHECKPOINT):
            log.record(PER_CHECKPOINT)
            for leaf in log.leaves[-PER_CHECKPOINT:]:
                tree.append(leaf)
            log.seal()
    finally:
        logs.subtree = whole
    return log


def _proofs() -> Iterator[float]:
    """Parsing, hashing and the signature included, in milliseconds."""
    logs, inclusion = import_module("verify_logs"), import_module("mnemoscope_verify.inclusion")
    notes = import_module("mnemoscope_verify.notes")
    log = logs.a_log(_chance(2), checkpoints=1, each=1)
    log.record(1 << 14)
    log.seal()
    keys, size = notes.keys_in(log.key.text), len(log.leaves)
    index = size // 3
    said = {
        "entry": log.events[index].raw.decode(),
        "index": index,
        "hashes": [logs.base64(one) for one in logs.path_of(index, log.leaves)],
        "checkpoint": log.notes[-1],
    }
    for _ in range(PROOFS):
        began = time.perf_counter()
        fault = inclusion.fault_in(inclusion.parse_proof(said), keys)
        yield (time.perf_counter() - began) * 1000
        assert fault is None


def _found(folder: Path) -> Table:
    table = Table("Tampering found, by its name and place", "how many there were")
    logs, tamperings = import_module("verify_logs"), import_module("verify_tamperings")
    alarms = 0
    for seed in range(EXPORTS):
        rng = _chance(f"honest {seed}")
        log = logs.a_log(rng, checkpoints=rng.randrange(1, 10))
        export = log.export(rng.randrange(len(log.notes)))
        alarms += not _verify(export.write(folder / "pack.zip"), log, export, folder).is_well
    missed: Counter[str] = Counter()
    for kind, tamper in tamperings.TAMPERINGS.items():
        for seed in range(TAMPERINGS):
            rng = _chance(f"{kind} at {seed}")
            log = logs.a_log(rng)
            export, told = tamper(rng, log)
            report = _verify(export.write(folder / "pack.zip"), log, export, folder)
            missed[kind] += not _is_told(report, told)
        table.add(kind, TAMPERINGS - missed[kind], "found", TAMPERINGS)
    table.add(f"false alarms over {EXPORTS:,} honest exports", alarms, "alarms")
    return table


def _chance(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - to be had again, not to be secret


def _is_told(report: Any, told: Any) -> bool:
    if len(report.findings) != 1:
        return False
    finding = report.findings[0]
    return finding.kind == told.kind and all(
        expected in {None, found}
        for expected, found in ((told.index, finding.index), (told.checkpoint, finding.checkpoint))
    )


def _untold(_done: int, _of: int) -> None:
    pass


def _verify(pack: Path, log: Any, export: Any = None, folder: Path | None = None) -> Any:
    verification = import_module("mnemoscope_verify.verification")
    notes = import_module("mnemoscope_verify.notes")
    outside = [export.write_outside(folder / "kept.log")] if export and folder else []
    return verification.verify(
        pack, keys=notes.keys_in(log.key.text), outside=outside, progress=_untold
    )
