"""The command `mnemoscope-verify`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mnemoscope_verify.errors import UnreadableError
from mnemoscope_verify.inclusion import fault_in, read_proof
from mnemoscope_verify.notes import MOST_NOTE_BYTES, Key, keys_in
from mnemoscope_verify.progress import Meter
from mnemoscope_verify.telling import for_people, for_programs
from mnemoscope_verify.verification import verify

WELL, TAMPERED, UNREADABLE = 0, 1, 2

EXAMPLES = """
examples:
  mnemoscope-verify evidence.zip --key 'mnemoscope/0190…+1f0c6c5e+AX…'
  mnemoscope-verify evidence.zip --key log.pub --checkpoint anchors/0190….log
  mnemoscope-verify evidence/ --key log.pub --json
  mnemoscope-verify --inclusion proof.json --key log.pub

exit status:
  0  all is well      1  tampered, and it says how and where      2  it could not be told

The key must come from outside the pack, and best from where it was noted when the log began:
the pack's own keys.txt proves nothing. Without --checkpoint a history that was rewritten with the
log's own key cannot be told from the true one.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.pack is None) == (options.inclusion is None):
        parser.error("name a pack, or --inclusion with a proof")
    try:
        keys = [key for said in options.key for key in _keys(said)]
        if options.inclusion is not None:
            return _inclusion(options.inclusion, keys, as_json=options.json)
        with Meter(options.pack, shows=options.progress) as meter:
            report = verify(
                options.pack, keys=keys, outside=options.checkpoint, progress=meter.tell
            )
    except UnreadableError as error:
        return _unreadable(str(error), as_json=options.json)
    _print(json.dumps(for_programs(report)) if options.json else for_people(report))
    return WELL if report.is_well else TAMPERED


def _inclusion(path: Path, keys: list[Key], *, as_json: bool) -> int:
    proof = read_proof(path)
    fault = fault_in(proof, keys)
    checkpoint = proof.checkpoint
    if as_json:
        said: dict[str, Any] = {
            "verdict": "ok" if fault is None else "tampered",
            "origin": checkpoint.origin,
            "index": proof.index,
            "checkpoint": checkpoint.number,
            "size": checkpoint.size,
            "made_at": checkpoint.made_at,
            "fault": fault,
        }
        _print(json.dumps(said))
    elif fault is None:
        _print(
            f"The event has index {proof.index:,} in the log {checkpoint.origin}, as its checkpoint"
            f" {checkpoint.number:,} signed it: {checkpoint.size:,} events, {checkpoint.made_at}."
        )
    else:
        _print(f"NOT PROVEN: {fault}")
    return WELL if fault is None else TAMPERED


def _unreadable(says: str, *, as_json: bool) -> int:
    if as_json:
        _print(json.dumps({"verdict": "unreadable", "says": says}))
    else:
        sys.stderr.write(f"It cannot be told: {says}\n")
    return UNREADABLE


def _keys(said: str) -> list[Key]:
    path = Path(said)
    try:
        if not path.is_file():
            return keys_in(said)
        with path.open("rb") as file:
            return keys_in(file.read(MOST_NOTE_BYTES).decode())
    except (OSError, ValueError) as error:
        raise UnreadableError(f"The key cannot be read: {error}.") from error


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mnemoscope-verify",
        description="Verifies an evidence pack of Mnemoscope's audit log, offline.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("pack", nargs="?", type=Path, help="an evidence pack: a .zip or a folder")
    parser.add_argument(
        "--key", action="append", default=[], required=True, metavar="KEY|FILE",
        help="the log's public key, or a file of keys; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--checkpoint", action="append", default=[], type=Path, metavar="FILE",
        help="checkpoints kept outside: a sink's file or one note; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--inclusion", type=Path, metavar="FILE", help="verify one event's proof instead of a pack"
    )
    parser.add_argument("--json", action="store_true", help="say it for programs")
    parser.add_argument(
        "--progress", action=argparse.BooleanOptionalAction, default=None,
        help="show how far it is, on stderr (by default on a terminal)",
    )  # fmt: skip
    return parser
