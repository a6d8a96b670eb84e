"""The embedded PostgreSQL, through the ways a machine ends it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from console.platform.env import PROJECT_ROOT
from console.runtime import postgres_config
from console.runtime.errors import RuntimeProblem
from console.runtime.postgres import LONGEST_SOCKET_PATH, EmbeddedPostgres
from console.runtime.postmaster import processes_of
from tests.runtime.conftest import processes_naming

ABANDON = """
import os, sys
from pathlib import Path
from console.runtime.postgres import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1])).start()
os.kill(os.getpid(), 9)
"""


def leader_of(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def test_a_person_gets_postgresql_18_with_pgvector_and_nothing_listens_on_tcp(home: Path) -> None:
    with EmbeddedPostgres(home) as server, psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE EXTENSION vector")
        near = connection.execute("SELECT '[1,2]'::vector <-> '[1,3]'::vector").fetchone()
        assert near == (1.0,)
        assert connection.info.server_version // 10_000 == 18
        for setting, value in {
            "listen_addresses": "",
            "fsync": "on",
            "data_checksums": "on",
        }.items():
            assert connection.execute(f"SHOW {setting}").fetchone() == (value,)


def test_a_stopped_server_leaves_no_process_and_no_mark(home: Path) -> None:
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    assert processes_of(server.data)
    server.stop()
    assert not server.is_running()
    assert not processes_naming(str(home))
    assert not (server.data / "postmaster.pid").exists()
    assert not server.socket.exists()


def test_nobody_enters_without_the_password(home: Path) -> None:
    with EmbeddedPostgres(home, durable=False) as server:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.dsn(password="guessed"))
        assert (server.data.stat().st_mode & 0o777) == 0o700
        assert (home / "secrets" / "postgres_password").stat().st_mode & 0o777 == 0o600


def test_what_was_committed_is_there_after_a_kill(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('memory')")
    for process in processes_of(server.data):
        process.send_signal(signal.SIGKILL)
    server.start()
    with psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("memory",)]
    server.stop()


def test_its_log_repeats_nothing_that_a_statement_says(home: Path) -> None:
    with (
        EmbeddedPostgres(home, durable=False) as server,
        psycopg.connect(server.dsn(), autocommit=True) as connection,
    ):
        connection.execute("CREATE TABLE said (words text UNIQUE)")
        connection.execute("INSERT INTO said VALUES ('Jonas hears jazz')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO said VALUES ('Jonas hears jazz')")
        connection.execute("SELECT 'Jonas hears jazz', pg_sleep(1.2)")
        log = server.log.read_text()
    assert "duplicate key value violates unique constraint" in log
    assert "Jonas" not in log


def test_a_mark_that_names_somebody_elses_process_does_not_keep_it_from_starting(
    home: Path,
) -> None:
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    mark = (server.data / "postmaster.pid").read_text()
    server.stop()
    # After a container's restart some other process has the old server's id.
    stranger = str(os.getpid())
    (server.data / "postmaster.pid").write_text(mark.replace(mark.splitlines()[0], stranger, 1))
    server.socket.with_name(server.socket.name + ".lock").write_text(f"{stranger}\n")
    with server:
        assert leader_of(server) != os.getpid()


def test_the_server_of_a_killed_instance_is_stopped_and_replaced(home: Path) -> None:
    abandoned = subprocess.run(
        [sys.executable, "-c", ABANDON, str(home)], cwd=PROJECT_ROOT, check=False
    )
    assert abandoned.returncode == -signal.SIGKILL
    server = EmbeddedPostgres(home)
    orphan = psutil.Process(leader_of(server))
    assert orphan.is_running()
    with server:
        assert leader_of(server) != orphan.pid
        assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


def test_a_server_that_does_not_come_up_says_why_in_one_sentence(home: Path) -> None:
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    server.stop()
    (server.data / "postgresql.auto.conf").write_text("shared_buffers = 'plenty'\n")
    with pytest.raises(RuntimeProblem, match=r"PostgreSQL did not come up: .*FATAL"):
        server.start()
    assert not processes_naming(str(home))


def test_a_killed_first_start_is_begun_again(home: Path) -> None:
    (home / "postgres.new").mkdir()
    (home / "postgres.new" / "half").write_text("written")
    with EmbeddedPostgres(home, durable=False) as server:
        assert server.is_running()
    assert not (home / "postgres.new").exists()


def test_data_of_another_version_is_left_alone(home: Path) -> None:
    server = EmbeddedPostgres(home, durable=False)
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(RuntimeProblem, match="of PostgreSQL 16 and this is 18"):
        server.start()
    assert [path.name for path in server.data.iterdir()] == ["PG_VERSION"]


def test_a_long_path_gets_a_private_socket_folder_elsewhere(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    server = EmbeddedPostgres(deep, durable=False)
    assert len(str(server.socket)) <= LONGEST_SOCKET_PATH
    with server, psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    server.socket_folder.rmdir()


def test_little_shared_memory_is_not_relied_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_config, "ROOMY_SHARED_MEMORY", 2**62)
    assert "dynamic_shared_memory_type = 'mmap'" in postgres_config.configuration()
