"""The data folder: one instance at a time, private, and clear about what is wrong with it."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from console.runtime import first_secrets
from console.runtime.errors import RuntimeProblem
from console.runtime.files import KEPT_LOG_BYTES, keep_short, last_line, write_private
from console.runtime.first_secrets import ensure_secrets
from console.runtime.folder import DataFolder
from console.runtime.postgres import EmbeddedPostgres
from console.runtime.provision import APP, ERASER, OWNER, READONLY


def test_what_is_made_is_its_owners_alone(home: Path) -> None:
    DataFolder(home / "new").prepare()
    for part in ("secrets", "logs", "broker"):
        assert (home / "new" / part).stat().st_mode & 0o777 == 0o700
    assert (home / "new").stat().st_mode & 0o066 == 0


def test_a_second_instance_is_told_who_has_the_folder(home: Path) -> None:
    first, second = DataFolder(home), DataFolder(home)
    first.prepare()
    first.hold()
    with pytest.raises(RuntimeProblem, match=r"in use by another instance \(process \d+\)"):
        second.hold()
    first.release()
    second.hold()
    second.release()


def test_a_full_disk_is_noticed_before_anything_starts(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1024))
    with pytest.raises(RuntimeProblem, match=r"The disk that holds .* is full"):
        DataFolder(home).prepare()


def test_a_folder_that_cannot_be_made_is_named(home: Path) -> None:
    (home / "file").write_text("")
    with pytest.raises(RuntimeProblem, match=r"file.*not a directory.*MNEMOSCOPE_HOME"):
        DataFolder(home / "file" / "folder").prepare()


@pytest.fixture
def first_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedPostgres:
    for name in (*first_secrets.KEYS, *first_secrets.ROLES):
        monkeypatch.delenv(f"MNEMOSCOPE_{name}", raising=False)
    monkeypatch.setenv("MNEMOSCOPE_HOME", str(home))
    DataFolder(home).prepare()
    write_private(home / "secrets" / "postgres_password", "superuser")
    return EmbeddedPostgres(home)


def test_first_secrets_are_private_and_kept(home: Path, first_start: EmbeddedPostgres) -> None:
    passwords = ensure_secrets(first_start)
    made = {path.name: path.read_text() for path in (home / "secrets").iterdir()}
    assert set(passwords) == {APP, OWNER, READONLY, ERASER}
    assert len(set(passwords.values())) == 4
    assert passwords[APP] in made["database_url"]
    assert len(bytes.fromhex(made["context_key"])) == 32
    for path in (home / "secrets").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    assert ensure_secrets(first_start) == passwords
    assert {path.name: path.read_text() for path in (home / "secrets").iterdir()} == made


def test_a_moved_folder_keeps_its_passwords_and_gets_new_addresses(
    home: Path, first_start: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = ensure_secrets(first_start)
    moved = home / "moved"
    shutil.copytree(home / "secrets", moved / "secrets")
    monkeypatch.setenv("MNEMOSCOPE_HOME", str(moved))
    assert ensure_secrets(EmbeddedPostgres(moved)) == passwords
    assert "moved" in (moved / "secrets" / "database_url").read_text()


def test_another_database_in_the_environment_is_not_quietly_ignored(
    first_start: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNEMOSCOPE_DATABASE_URL", "postgresql://elsewhere/db")
    with pytest.raises(RuntimeProblem, match="MNEMOSCOPE_DATABASE_URL names a database"):
        ensure_secrets(first_start)


def test_a_log_that_grew_long_starts_again_and_keeps_the_last_part(home: Path) -> None:
    log = home / "web.log"
    log.write_text("x" * KEPT_LOG_BYTES + "\nthe end\n")
    keep_short(log)
    assert log.stat().st_size == 0
    assert last_line(home / "web.log.1") == "the end"
