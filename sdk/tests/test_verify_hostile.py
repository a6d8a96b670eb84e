"""Whatever is put before it: exit status 2 and a sentence, never a traceback, never a file."""

from __future__ import annotations

import json
import random
import subprocess
import zipfile
from pathlib import Path

import pytest
from verify_logs import Log, a_log, write_pack
from verify_running import run


@pytest.fixture
def log() -> Log:
    return a_log(random.Random(5), checkpoints=3)


@pytest.fixture
def files(log: Log) -> dict[str, bytes]:
    return log.export().files()


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("It cannot be told: ")
    return done.stderr


def test_a_pack_that_is_not_there_or_is_no_pack(log: Log, tmp_path: Path) -> None:
    assert "There is no" in refused(run(tmp_path / "nothing", "--key", log.key.text))
    (tmp_path / "text").write_text("hello")
    assert "not a zip" in refused(run(tmp_path / "text", "--key", log.key.text))
    (tmp_path / "folder").mkdir()
    assert "manifest.json" in refused(run(tmp_path / "folder", "--key", log.key.text))


def test_an_archive_cut_short(log: Log, files: dict[str, bytes], tmp_path: Path) -> None:
    pack = tmp_path / "p.zip"
    write_pack(pack, files)
    whole = pack.read_bytes()
    for share in (0.1, 0.5, 0.99):
        pack.write_bytes(whole[: int(len(whole) * share)])
        refused(run(pack, "--key", log.key.text))


def test_a_flipped_byte_inside_an_archive(
    log: Log, files: dict[str, bytes], tmp_path: Path
) -> None:
    pack = tmp_path / "p.zip"
    write_pack(pack, files)
    whole = bytearray(pack.read_bytes())
    whole[len(whole) // 3] ^= 0xFF
    pack.write_bytes(whole)
    assert "damaged" in refused(run(pack, "--key", log.key.text))


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "a\\..\\evil"])
def test_names_that_lead_out_of_the_pack(
    name: str, log: Log, files: dict[str, bytes], tmp_path: Path
) -> None:
    pack = tmp_path / "deep" / "p.zip"
    pack.parent.mkdir()
    write_pack(pack, {**files, name: b"x"})
    assert "unsafe name" in refused(run(pack, "--key", log.key.text))
    assert not (tmp_path / "evil").exists()


def test_a_manifest_that_lists_a_file_outside_of_it(
    log: Log, files: dict[str, bytes], tmp_path: Path
) -> None:
    said = json.loads(files["manifest.json"])
    said["files"][0]["path"] = "../../etc/passwd"
    write_pack(tmp_path / "p", {**files, "manifest.json": json.dumps(said).encode()})
    assert "unsafe name" in refused(run(tmp_path / "p", "--key", log.key.text))


def test_a_bomb_is_not_inflated(log: Log, files: dict[str, bytes], tmp_path: Path) -> None:
    pack = tmp_path / "p.zip"
    write_pack(pack, files)
    with zipfile.ZipFile(pack, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(80 * 1024 * 1024))
    assert "beyond any honest export" in refused(run(pack, "--key", log.key.text))


def test_a_file_that_stands_twice(log: Log, files: dict[str, bytes], tmp_path: Path) -> None:
    pack = tmp_path / "p.zip"
    write_pack(pack, files)
    with zipfile.ZipFile(pack, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("events.jsonl", files["events.jsonl"])
    assert "twice" in refused(run(pack, "--key", log.key.text))


LINE = b'{"entry":%s,"words":null}\n'


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"{}\n",
        b"\xff\xfe\n",
        LINE % b'{"id":"\xff"}',
        LINE % b"[]",
        LINE % b'{"id":1,"tenant":"t","at":"x","words":"00"}',
        LINE % b'{"id":"no","tenant":"t","at":"x","words":"00"}',
        LINE % (b"[" * 100_000),
        LINE % (b'{"a":' + b"9" * 10_000 + b"}"),
        b'{"entry":{"id":"a","tenant":"t","at":"x","words":"00"},"words":{"note":"a","note":"b"}}\n',
        b'{"entry":{"id":"a","tenant":"t","at":"x","words":"00"},"words":[]}\n',
        b'{"entry":{"id":"a","ten',
        b"x" * (5 * 1024 * 1024),
    ],
    ids=range(13),
)
def test_lines_that_are_no_events(
    line: bytes, log: Log, files: dict[str, bytes], tmp_path: Path
) -> None:
    write_pack(tmp_path / "p", {**files, "events.jsonl": line + files["events.jsonl"]})
    assert "line 1," in refused(run(tmp_path / "p", "--key", log.key.text)).replace(":", ",")


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other/1"},
        {"first": -1},
        {"first": 10**30},
        {"first": 5},
        {"size": "many"},
        {"left": ["AA=="]},
        {"left": 3},
        {"files": [{}]},
        {"created_at": "yesterday"},
        {"created_at": "2026-01-01T00:00:00"},
        {"origin": "mnemoscope/another"},
        {"tenant": None},
    ],
    ids=str,
)
def test_manifests_that_make_no_sense(
    change: dict[str, object], log: Log, files: dict[str, bytes], tmp_path: Path
) -> None:
    said = {**json.loads(files["manifest.json"]), **change}
    write_pack(tmp_path / "p", {**files, "manifest.json": json.dumps(said).encode()})
    refused(run(tmp_path / "p", "--key", log.key.text))


def test_checkpoints_that_are_no_json(log: Log, files: dict[str, bytes], tmp_path: Path) -> None:
    write_pack(tmp_path / "p", {**files, "checkpoints.jsonl": b"nothing\n"})
    refused(run(tmp_path / "p", "--key", log.key.text))


def test_keys_and_checkpoints_that_cannot_be_read(
    log: Log, files: dict[str, bytes], tmp_path: Path
) -> None:
    write_pack(tmp_path / "p", files)
    (tmp_path / "junk").write_bytes(b"\xff\xfe")
    refused(run(tmp_path / "p", "--key", "not a key"))
    refused(run(tmp_path / "p", "--key", tmp_path / "junk"))
    refused(run(tmp_path / "p", "--key", log.key.text, "--checkpoint", tmp_path / "junk"))
    refused(run(tmp_path / "p", "--key", log.key.text, "--checkpoint", tmp_path / "none"))
    refused(run("--inclusion", tmp_path / "junk", "--key", log.key.text))


def test_a_key_of_another_log(log: Log, files: dict[str, bytes], tmp_path: Path) -> None:
    write_pack(tmp_path / "p", files)
    stranger = a_log(random.Random(6), checkpoints=1).key
    assert "the key of the log" in refused(run(tmp_path / "p", "--key", stranger.text))


def test_names_in_a_pack_cannot_move_the_cursor(
    log: Log, files: dict[str, bytes], tmp_path: Path
) -> None:
    pack = tmp_path / "p.zip"
    write_pack(pack, {**files, "\x1b[2Jevil": b"x"})
    done = run(pack, "--key", log.key.text)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr
