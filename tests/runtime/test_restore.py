"""The drill of docs/backup.md: a machine is lost, and another goes on where it ended."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.platform.env import PROJECT_ROOT
from tests.runtime.conftest import a_free_port, bare_environment
from tests.runtime.running import start

pytestmark = pytest.mark.slow

ANCHORED_SECONDS = 60


@dataclass(frozen=True)
class Lost:
    """What is left of the first machine: its folder after a kill, and what stood elsewhere."""

    home: Path
    backup: Path
    keys: Path
    wal: Path
    anchors: Path


def manage(home: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT_ROOT,
        env=bare_environment(home),
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


def checkpoints_in(anchors: Path) -> int:
    files = [path for path in anchors.glob("*.log") if not path.name.endswith(".erased.log")]
    return sum(len(path.read_text().splitlines()) for path in files)


def await_more(anchors: Path, than: int) -> int:
    deadline = time.monotonic() + ANCHORED_SECONDS
    while checkpoints_in(anchors) <= than:
        assert time.monotonic() < deadline, "no checkpoint was delivered"
        time.sleep(0.2)
    time.sleep(2.5)  # whatever else is about to be sealed
    return checkpoints_in(anchors)


@pytest.fixture(scope="module")
def lost() -> Iterator[Lost]:
    # Not below pytest's folder, which each session closes to PostgreSQL's user.
    with tempfile.TemporaryDirectory(prefix="mnemo-") as folder:
        yield _lose(Path(folder).resolve())


def _lose(root: Path) -> Lost:
    first, wal, anchors = root / "first", root / "wal", root / "anchors"
    running = start(
        first,
        a_free_port(),
        MNEMOSCOPE_WAL_ARCHIVE=str(wal),
        MNEMOSCOPE_ANCHOR_DIR=str(anchors),
        MNEMOSCOPE_CHECKPOINT_SECONDS="1",
    )
    try:
        running.await_ready()
        tenant = ("create_tenant", "acme", "--owner", "alice@acme.example")
        made = manage(first, *tenant, said="a long enough pass phrase\n")
        assert made.returncode == 0, made.stderr
        known = await_more(anchors, 0)
        backup = manage(
            first, "backup", "--to", str(root / "backups"), "--keys", str(root / "keys"), "--json"
        )
        assert backup.returncode == 0, backup.stderr
        rotated = manage(first, "rotate_keys", "--level", "tenant")
        assert rotated.returncode == 0, rotated.stderr
        await_more(anchors, known)
    finally:
        running.process.kill()
        running.process.communicate()
    folder = Path(json.loads(backup.stdout)["folder"])
    return Lost(first, folder, root / "keys", wal, anchors)


def restore(lost: Lost, home: Path, *more: str) -> subprocess.CompletedProcess[str]:
    given = ["--keys", str(lost.keys), "--anchors", str(lost.anchors)]
    return manage(home, "restore", str(lost.backup), *given, *more)


def test_with_the_log_of_the_dead_machine_every_event_is_there(lost: Lost, home: Path) -> None:
    wal = ["--wal", str(lost.wal), "--wal", str(lost.home / "postgres" / "pg_wal")]
    done = restore(lost, home / "second", *wal)
    assert done.returncode == 0, done.stderr
    assert "acme: the log matches checkpoint" in done.stdout
    assert "events verified; nobody to erase again" in done.stdout

    # It goes on from there: an instance starts, and its next checkpoint follows the last.
    anchors = home / "second" / "anchors"
    known = checkpoints_in(anchors)
    running = start(home / "second", a_free_port(), MNEMOSCOPE_CHECKPOINT_SECONDS="1")
    try:
        running.await_ready()
        assert manage(home / "second", "rotate_keys", "--level", "tenant").returncode == 0
        await_more(anchors, known)
    finally:
        assert running.end() == 0
    assert not list(anchors.glob("*.until-*"))


def test_without_it_the_loss_is_told_and_has_to_be_accepted(lost: Lost, home: Path) -> None:
    refused = restore(lost, home)
    assert refused.returncode == 1
    assert "outside are lost" in refused.stderr
    assert "Do not serve it yet: acme" in refused.stderr
    served = manage(home, "up")
    assert served.returncode == 1
    assert "was restored and does not hold yet" in served.stderr

    accepted = restore(lost, home, "--accept-loss")
    assert accepted.returncode == 0, accepted.stderr
    assert list((home / "anchors").glob("*.until-*.log"))
    assert not (home / "restored-unchecked").exists()


def test_without_its_keys_nothing_is_unpacked(lost: Lost, home: Path) -> None:
    refused = manage(home / "second", "restore", str(lost.backup))
    assert refused.returncode == 1
    assert "These keys are missing" in refused.stderr
    assert not (home / "second" / "postgres").exists()
