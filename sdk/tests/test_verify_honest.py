from __future__ import annotations

import ast
import json
import random
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from verify_logs import Log, a_log, base64, path_of, subtree
from verify_running import SOURCE, report_of, run


@pytest.fixture
def log() -> Log:
    return a_log(random.Random(11))


@pytest.mark.parametrize("name", ["pack", "pack.zip"])
def test_all_is_well_with_an_honest_pack_and_it_says_what_it_saw(
    log: Log, name: str, tmp_path: Path
) -> None:
    export = log.export()
    pack, outside = export.write(tmp_path / name), export.write_outside(tmp_path / "sink.log")
    code, said = report_of(pack, "--key", log.key.text, "--checkpoint", outside)
    assert code == 0
    assert said["verdict"] == "ok"
    assert (said["events"], said["size"]) == (len(log.events), len(log.events))
    assert said["root"] == base64(subtree(log.leaves))
    assert said["oldest"] == log.events[0].entry["at"]
    assert said["forgotten"] == sum(event.words is None for event in log.events)
    assert said["checkpoints"] == {"count": 8, "first": 1, "last": 8}
    assert said["outside"] == {"given": 8, "seen": 8, "highest": 8}


@pytest.mark.parametrize("seed", range(12))
def test_any_period_of_any_log_raises_no_alarm(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    log = a_log(rng, checkpoints=rng.randrange(2, 12))
    begin = rng.randrange(len(log.notes))
    export = log.export(begin, rng.randrange(begin + 1, len(log.notes) + 1))
    # A period that is over: checkpoints made later are no part of it.
    last = export.notes[-1].split("\n")[3].split(" ")[2]
    export.until = log.now.fromisoformat(last) - timedelta(seconds=rng.randrange(3))
    outside = export.write_outside(tmp_path / "sink.log")
    code, said = report_of(
        export.write(tmp_path / "p.zip"), "--key", log.key.text, "--checkpoint", outside
    )
    assert (code, said["findings"]) == (0, [])


def test_a_period_without_events_is_well(log: Log, tmp_path: Path) -> None:
    end = len(log.notes)
    code, said = report_of(log.export(end, end).write(tmp_path / "p"), "--key", log.key.text)
    assert (code, said["events"]) == (0, 0)


def test_what_retention_removed_is_told_and_whether_the_log_says_so(
    log: Log, tmp_path: Path
) -> None:
    pruned = log.prune(3)
    place = len(log.events) - 1
    log.seal()
    export, earlier = log.export(3), log.export(3, 8)
    export.pruned = earlier.pruned = pruned
    outside = export.write_outside(tmp_path / "sink.log")
    pack = export.write(tmp_path / "p.zip")
    code, said = report_of(pack, "--key", log.key.text, "--checkpoint", outside)
    assert (code, said["findings"], said["first"]) == (0, [], log.sizes[2])
    assert said["pruned"] == {"at": pruned["at"], "told_by": place}
    done = run(pack, "--key", log.key.text).stdout
    assert f"removed by retention by {pruned['at']}; so says event {place:,} of the log" in done
    _, said = report_of(earlier.write(tmp_path / "e.zip"), "--key", log.key.text)
    assert said["pruned"] == {"at": pruned["at"], "told_by": None}
    assert "the server alone" in run(tmp_path / "e.zip", "--key", log.key.text).stdout


def test_forgetting_words_leaves_the_log_whole(log: Log, tmp_path: Path) -> None:
    export = log.export()
    export.lines = [replace(event, words=None).line for event in log.events]
    code, said = report_of(export.write(tmp_path / "p.zip"), "--key", log.key.text)
    assert (code, said["forgotten"]) == (0, len(log.events))


def test_without_outside_checkpoints_it_says_what_would_pass(log: Log, tmp_path: Path) -> None:
    done = run(log.export().write(tmp_path / "p.zip"), "--key", log.key.text)
    assert done.returncode == 0
    assert "All is well" in done.stdout
    assert "rewritten with the log's own key would pass" in done.stdout


def test_a_single_note_may_be_what_was_kept_outside(log: Log, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(log.notes[4])
    (tmp_path / "key").write_text(f"{log.key.text}\n")
    pack = log.export().write(tmp_path / "p.zip")
    code, said = report_of(pack, "--key", tmp_path / "key", "--checkpoint", tmp_path / "note.txt")
    assert (code, said["outside"]) == (0, {"given": 1, "seen": 1, "highest": 5})


def test_progress_is_told_on_stderr_and_only_when_asked_for(log: Log, tmp_path: Path) -> None:
    pack = log.export().write(tmp_path / "p.zip")
    assert "events" in run(pack, "--key", log.key.text, "--progress").stderr
    assert run(pack, "--key", log.key.text).stderr == ""


def proof_of(log: Log, index: int) -> dict[str, Any]:
    return {
        "entry": log.events[index].raw.decode(),
        "words": log.events[index].words,
        "index": index,
        "size": len(log.leaves),
        "leaf_hash": base64(log.leaves[index]),
        "hashes": [base64(one) for one in path_of(index, log.leaves)],
        "checkpoint": log.notes[-1],
    }


def test_one_events_proof_holds_and_an_altered_one_does_not(log: Log, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    proof = proof_of(log, 5)
    path.write_text(json.dumps(proof))
    done = run("--inclusion", path, "--key", log.key.text)
    assert done.returncode == 0
    assert "index 5" in done.stdout
    assert proof["words"] is not None
    altered = {
        "words": {**proof["words"], "note": "another"},
        "entry": str(proof["entry"]).replace("done", "refused"),
        "index": 6,
        "checkpoint": log.notes[-1].replace(f"\n{len(log.leaves)}\n", "\n7000\n"),
    }
    for name, value in altered.items():
        path.write_text(json.dumps({**proof, name: value}))
        code, said = report_of("--inclusion", path, "--key", log.key.text)
        assert code == 1, name
        assert said["verdict"] == "tampered"


def test_it_imports_nothing_but_the_standard_library_and_cryptography() -> None:
    """What it checks must not be what it is made of."""
    imported = set()
    for file in (SOURCE / "mnemoscope_verify").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).partition(".")[0])
    assert imported - sys.stdlib_module_names == {"cryptography", "mnemoscope_verify"}


def test_help_shows_how_it_is_used() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "examples:" in done.stdout
    assert "exit status:" in done.stdout
