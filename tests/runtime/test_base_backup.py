"""A backup of the embedded server, and what a restore makes of a whole, a changed or a lost one."""

import gzip
import json
import shutil
from pathlib import Path

import psycopg
import pytest

from console.runtime import base_backup
from console.runtime.errors import RuntimeProblem
from console.runtime.files import write_private
from console.runtime.postgres import EmbeddedPostgres


@pytest.fixture
def server(home: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(home / "first", wal_archive=home / "wal")


def write(server: EmbeddedPostgres, words: str) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS said (words text)")
        connection.execute("INSERT INTO said VALUES (%s)", [words])


def said(server: EmbeddedPostgres) -> list[str]:
    with psycopg.connect(server.dsn()) as connection:
        rows = connection.execute("SELECT words FROM said ORDER BY words").fetchall()
    return [words for (words,) in rows]


def another(home: Path, *, keys: Path) -> EmbeddedPostgres:
    """An empty folder on a new machine, with the keys brought there."""
    server = EmbeddedPostgres(home / "second")
    (server.home / "secrets").mkdir(parents=True)
    for key in keys.iterdir():
        shutil.copy(key, server.home / "secrets")
    return server


def test_an_operator_gets_back_what_was_backed_up(server: EmbeddedPostgres, home: Path) -> None:
    with server:
        write(server, "before")
        backup = base_backup.take(server, home / "backups")
        write(server, "after")
    base_backup.copy_keys(server.home / "secrets", home / "keys")

    restored = another(home, keys=home / "keys")
    base_backup.put_back(backup, restored)
    with restored:
        assert said(restored) == ["before"]


def test_with_the_log_of_the_dead_server_nothing_committed_is_lost(
    server: EmbeddedPostgres, home: Path
) -> None:
    server.start()
    backup = base_backup.take(server, home / "backups")
    write(server, "after the backup")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("SELECT pg_switch_wal()")
    write(server, "a moment before it died")
    server.kill()
    base_backup.copy_keys(server.home / "secrets", home / "keys")

    restored = another(home, keys=home / "keys")
    base_backup.put_back(backup, restored, wal=(home / "wal", server.data / "pg_wal"))
    with restored:
        assert said(restored) == ["a moment before it died", "after the backup"]


def test_the_log_is_archived_segment_by_segment(server: EmbeddedPostgres, home: Path) -> None:
    with server, psycopg.connect(server.dsn(), autocommit=True) as connection:
        write(server, "archived")
        connection.execute("SELECT pg_switch_wal()")
        write(server, "later")
        connection.execute("SELECT pg_switch_wal()")
    segments = [path.name for path in (home / "wal").iterdir()]
    assert segments
    assert not [name for name in segments if name.endswith(".part")]
    with EmbeddedPostgres(server.home) as plain, psycopg.connect(plain.dsn()) as connection:
        assert connection.execute("SHOW archive_mode").fetchone() == ("off",)


def test_a_backup_holds_no_key(server: EmbeddedPostgres, home: Path) -> None:
    with server:
        write_private(server.home / "secrets" / "root_keys", "first:" + "ab" * 32)
        backup = base_backup.take(server, home / "backups")
        password = server.superuser_password()
    for path in backup.folder.iterdir():
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        assert b"ab" * 32 not in data
        assert password.encode() not in data
    assert base_backup.copy_keys(server.home / "secrets", home / "keys") == [
        "root_keys",
        "postgres_password",
    ]
    assert (home / "keys" / "root_keys").stat().st_mode & 0o077 == 0


def test_a_backup_that_was_changed_is_refused_and_nothing_is_left(
    server: EmbeddedPostgres, home: Path
) -> None:
    with server:
        write(server, "true")
        backup = base_backup.take(server, home / "backups")
    base_backup.copy_keys(server.home / "secrets", home / "keys")
    base = backup.folder / base_backup.BASE
    inside = gzip.decompress(base.read_bytes())
    assert inside.count(b"max_connections = 100") == 1
    changed = inside.replace(b"max_connections = 100", b"max_connections = 999")
    base.write_bytes(gzip.compress(changed))

    restored = another(home, keys=home / "keys")
    with pytest.raises(RuntimeProblem, match=r"postgresql\.conf was changed"):
        base_backup.put_back(backup, restored)
    assert [path.name for path in restored.home.iterdir()] == ["secrets"]


def test_a_manifest_that_was_changed_with_the_file_is_refused(
    server: EmbeddedPostgres, home: Path
) -> None:
    with server:
        backup = base_backup.take(server, home / "backups")
    manifest = backup.folder / base_backup.MANIFEST
    text = manifest.read_text()
    digest = json.loads(text)["Files"][0]["Checksum"]
    manifest.write_text(text.replace(digest, "00" * 32, 1))
    with pytest.raises(RuntimeProblem, match="manifest was changed"):
        base_backup.put_back(backup, EmbeddedPostgres(home / "second"))


@pytest.mark.parametrize("broken", ["cut", "gone"])
def test_a_backup_that_broke_off_is_refused(
    server: EmbeddedPostgres, home: Path, broken: str
) -> None:
    with server:
        backup = base_backup.take(server, home / "backups")
    if broken == "gone":
        (backup.folder / base_backup.ABOUT).unlink()
        assert base_backup.backups_in(home / "backups") == []
        with pytest.raises(RuntimeProblem, match="no whole backup"):
            base_backup.read_about(backup.folder)
        return
    base = backup.folder / base_backup.BASE
    base.write_bytes(base.read_bytes()[:-1000])
    with pytest.raises(RuntimeProblem, match="could not be unpacked"):
        base_backup.put_back(backup, EmbeddedPostgres(home / "second"))


def test_data_that_is_there_is_never_written_over(server: EmbeddedPostgres, home: Path) -> None:
    with server:
        write(server, "dear")
        backup = base_backup.take(server, home / "backups")
    with pytest.raises(RuntimeProblem, match="there already"):
        base_backup.put_back(backup, server)
    with server:
        assert said(server) == ["dear"]


def test_the_oldest_backups_are_let_go(server: EmbeddedPostgres, home: Path) -> None:
    with server:
        made = [base_backup.take(server, home / "backups") for _ in range(3)]
    gone = base_backup.forget_older(home / "backups", keep=2)
    assert gone == [made[0].folder]
    assert [one.folder for one in base_backup.backups_in(home / "backups")] == [
        one.folder for one in made[1:]
    ]
