"""How the embedded server is set: for two cores and a few gigabytes, safe against a power cut."""

import os
from pathlib import Path
from shlex import quote

HBA = """\
# Rewritten at each start. One door: the private socket, with a password. The second line is for
# backups, which only the superuser takes.
local all all scram-sha-256
local replication postgres scram-sha-256
"""

# What a lost machine may lose of an archived log.
ARCHIVE_EACH = "60s"

# A parallel index build takes its memory from /dev/shm, which a container may have little of.
ROOMY_SHARED_MEMORY = 256 * 1024 * 1024

SETTINGS = {
    "password_encryption": "'scram-sha-256'",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "'256MB'",
    "effective_cache_size": "'1GB'",
    "work_mem": "'8MB'",
    "maintenance_work_mem": "'128MB'",  # building an HNSW index
    "max_wal_size": "'2GB'",
    "min_wal_size": "'128MB'",
    "wal_compression": "'pglz'",  # the wheel is built without lz4
    "checkpoint_completion_target": "0.9",
    "wal_level": "'replica'",
    # A segment that is used again keeps what it held, of people who were erased since.
    "wal_recycle": "off",
    "random_page_cost": "1.1",
    # A plan of an empty table reads a whole tenant once the first import has filled it: what is
    # known of tables is brought up to date sooner than each minute.
    "autovacuum_naptime": "'10s'",
    "log_checkpoints": "off",
    "log_lock_waits": "on",
    # Never the text of a slow statement, nor of a failed one, nor the row it failed on: the values
    # in it may be somebody's memory.
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "'panic'",
    "log_error_verbosity": "'terse'",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "'%m [%p] %q%u@%d '",
    "log_timezone": "'UTC'",
    "timezone": "'UTC'",
}


def configuration(*, wal_archive: Path | None = None) -> str:
    """The text of postgresql.conf; `ALTER SYSTEM` writes beside it and wins over it."""
    lines = ["# Rewritten at each start: change settings with ALTER SYSTEM, which lasts."]
    lines += [f"{name} = {value}" for name, value in SETTINGS.items()]
    if wal_archive is not None:
        lines += ["archive_mode = 'on'", f"archive_timeout = '{ARCHIVE_EACH}'"]
        lines.append(f"archive_command = {_literal(_archive_command(wal_archive))}")
    if not _has_roomy_shared_memory():
        lines.append("dynamic_shared_memory_type = 'mmap'")
    return "\n".join(lines) + "\n"


def _archive_command(folder: Path) -> str:
    """Whole and on disk, or not at all; never over one that is there."""
    into = quote(str(folder)).replace("%", "%%")
    return (
        f"test ! -e {into}/%f && cp %p {into}/%f.part && sync {into}/%f.part"
        f" && mv {into}/%f.part {into}/%f"
    )


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _has_roomy_shared_memory() -> bool:
    try:
        status = os.statvfs("/dev/shm")  # noqa: S108 - looked at, not written to
    except OSError:  # macOS has none, and no such limit
        return True
    return status.f_frsize * status.f_blocks >= ROOMY_SHARED_MEMORY
