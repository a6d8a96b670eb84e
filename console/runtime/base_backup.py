"""A base backup of the embedded server, and a data folder made of one.

`pg_basebackup` copies the running server with the write-ahead log that makes the copy whole, and a
manifest with the SHA-256 of each file, which putting back holds every file to. Keys are no part of
it: whoever has a backup alone reads no memory.
"""

import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath
from re import fullmatch

from console.platform.clock import now
from console.runtime.errors import RuntimeProblem
from console.runtime.files import write_private
from console.runtime.postgres import INSTALLATION, SUPERUSER, EmbeddedPostgres

FORMAT = "mnemoscope.backup/1"
ABOUT, MANIFEST, BASE, WAL = "backup.json", "backup_manifest", "base.tar.gz", "pg_wal.tar.gz"
PREFIX = "mnemoscope-"
# In a data folder: it was made of a backup, and nobody has said yet that it may be served.
UNCHECKED = "restored-unchecked"
SEGMENT = r"[0-9A-F]{24}"
# What opens what a backup holds; kept elsewhere, or a stolen backup would tell everything.
KEYS = ("root_keys", "secret_key", "context_key", "postgres_password")


@dataclass(frozen=True, slots=True)
class Backup:
    """`folder` is whole: `backup.json` is written last."""

    folder: Path
    made_at: datetime
    postgres: str
    bytes: int

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "folder": str(self.folder), "made_at": self.made_at.isoformat()}


def take(postgres: EmbeddedPostgres, into: Path) -> Backup:
    """Of the running server, as a new folder of `into`. Raises RuntimeProblem."""
    made_at = now()
    folder = into / f"{PREFIX}{made_at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
    draft = folder.with_name(f".{folder.name}.part")
    draft.mkdir(mode=0o700, parents=True)
    try:
        _run_basebackup(postgres, draft)
        backup = Backup(
            folder=folder,
            made_at=made_at,
            postgres=(postgres.data / "PG_VERSION").read_text(encoding="ascii").strip(),
            bytes=sum(path.stat().st_size for path in draft.iterdir()),
        )
        about = {"format": FORMAT, **backup.as_json()}
        write_private(draft / ABOUT, json.dumps(about, indent=2) + "\n")
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return backup


def _run_basebackup(postgres: EmbeddedPostgres, into: Path) -> None:
    command = [str(INSTALLATION / "bin" / "pg_basebackup"), "--pgdata", str(into)]
    command += ["--format", "tar", "--gzip", "--wal-method", "stream", "--checkpoint", "fast"]
    command += ["--manifest-checksums", "SHA256", "--no-password"]
    command += ["--host", str(postgres.socket_folder), "--username", SUPERUSER]
    made = subprocess.run(  # noqa: S603 - a program of the wheel
        command,
        env={"PGPASSWORD": postgres.superuser_password(), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        said = (made.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RuntimeProblem(f"The backup was not made: {said}")


def backups_in(folder: Path) -> list[Backup]:
    """The whole ones, the oldest first."""
    found = sorted(folder.glob(f"{PREFIX}*/{ABOUT}"))
    return [read_about(path.parent) for path in found]


def read_about(folder: Path) -> Backup:
    """Raises RuntimeProblem where this is no whole backup."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        made_at = datetime.fromisoformat(about["made_at"])
        known = about["format"] == FORMAT
        backup = Backup(folder, made_at, str(about["postgres"]), int(about["bytes"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RuntimeProblem(f"{folder} is no whole backup of Mnemoscope's.") from error
    if not known:
        raise RuntimeProblem(f"{folder} is a backup of another version's form: {about['format']}.")
    return backup


def forget_older(into: Path, *, keep: int) -> list[Path]:
    """Deletes all but the newest `keep`; returns which those were."""
    old = [backup.folder for backup in backups_in(into)[:-keep]]
    for folder in old:
        shutil.rmtree(folder)
    return old


def copy_keys(secrets: Path, into: Path) -> list[str]:
    """Copies the keys that a backup cannot be read without. Returns their names."""
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    copied = [name for name in KEYS if (secrets / name).exists()]
    for name in copied:
        write_private(into / name, (secrets / name).read_text(encoding="utf-8"))
    return copied


def put_back(backup: Backup, postgres: EmbeddedPostgres, *, wal: tuple[Path, ...] = ()) -> None:
    """Makes the data of `postgres`, which must not be there yet; its next start replays the log.

    `wal` are folders with later segments: an archive, or the `pg_wal` of a server that died.
    Raises RuntimeProblem, and leaves nothing then.
    """
    if postgres.data.exists():
        raise RuntimeProblem(
            f"{postgres.data} is there already: restore into an empty folder, named in"
            " MNEMOSCOPE_HOME, and keep the other until you have looked."
        )
    draft = postgres.data.with_name("postgres.restored")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        _unpack(backup.folder / BASE, draft)
        _check_manifest(backup.folder / MANIFEST, draft)
        _unpack(backup.folder / WAL, draft / "pg_wal")
        for folder in wal:
            for segment in _segments(folder):
                shutil.copyfile(segment, draft / "pg_wal" / segment.name)
        write_private(postgres.home / UNCHECKED, f"{backup.folder}\n")
        postgres.adopt(draft)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise RuntimeProblem(
            f"The backup {backup.folder} could not be unpacked: {error}"
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _unpack(archive: Path, into: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(into, filter="data")


def _check_manifest(path: Path, data: Path) -> None:
    """Every file is there, as long and with the digest that the manifest says, and no other."""
    text = path.read_bytes()
    manifest = json.loads(text)
    # The manifest's own digest is over all before its last line.
    body = text[: text.rindex(b'"Manifest-Checksum"')]
    if sha256(body).hexdigest() != manifest["Manifest-Checksum"]:
        raise RuntimeProblem("The backup's manifest was changed.")
    expected = {_path_of(entry): entry for entry in manifest["Files"]}
    found = {file.relative_to(data).as_posix() for file in _files(data)}
    if missing := sorted(expected.keys() - found):
        raise RuntimeProblem(f"The backup lacks {len(missing)} files; the first: {missing[0]}.")
    if foreign := sorted(found - expected.keys()):
        raise RuntimeProblem(f"The backup has {len(foreign)} files too many: {foreign[0]}.")
    for name, entry in expected.items():
        with (data / PurePosixPath(name)).open("rb") as file:
            if file_digest(file, "sha256").hexdigest() != entry["Checksum"]:
                raise RuntimeProblem(f"The backup's file {name} was changed.")


def _path_of(entry: Mapping[str, str]) -> str:
    return entry["Path"] if "Path" in entry else bytes.fromhex(entry["Encoded-Path"]).decode()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _segments(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise RuntimeProblem(f"There is no folder {folder} with segments of the log.")
    return sorted(path for path in folder.iterdir() if fullmatch(SEGMENT, path.name))
