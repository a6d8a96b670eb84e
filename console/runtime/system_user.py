"""The unprivileged user that PostgreSQL runs as when the instance is started by root.

PostgreSQL refuses to run as root, rightly. Started by anyone else, it runs as that user.
"""

import os
import pwd
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from console.runtime.errors import RuntimeProblem

NAME = "mnemoscope"
# Where no user can be made (a read-only /etc, macOS), one that runs nothing as root already.
STAND_INS = ("postgres", "_postgres", "nobody")


@dataclass(frozen=True, slots=True)
class SystemUser:
    name: str
    uid: int
    gid: int


def unprivileged_user() -> SystemUser | None:
    """None when this process is not root's; otherwise the user to become. Raises RuntimeProblem."""
    if os.geteuid() != 0:
        return None
    if user := _find(NAME) or _create(NAME):
        return user
    for name in STAND_INS:
        if user := _find(name):
            return user
    raise RuntimeProblem(
        "PostgreSQL does not run as root and no other system user could be made:"
        f" run `useradd --system {NAME}` first, or start as a normal user."
    )


def make_reachable(path: Path, user: SystemUser) -> list[Path]:
    """Lets `user` pass through to `path`; returns the folders that were opened for that.

    Only the right to pass (o+x), never to list or read, and only where it is missing: a clone below
    /root (mode 700) is the usual case.
    """
    opened = []
    for folder in reversed(path.parents):
        status = folder.stat()
        if not _may_search(status, user):
            folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
            opened.append(folder)
    return opened


def make_readable(tree: Path) -> None:
    """Opens a folder of programs, where there is one, for every user to read and run."""
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink() or not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)


def _may_search(status: os.stat_result, user: SystemUser) -> bool:
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _find(name: str) -> SystemUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create(name: str) -> SystemUser | None:
    command = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if command is None:
        return None
    for _ in range(5):
        subprocess.run(  # noqa: S603 - a fixed command
            [command, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
            capture_output=True,
            check=False,
        )
        # Another instance may hold the lock of /etc/passwd, or have made the user meanwhile.
        if user := _find(name):
            return user
        time.sleep(0.2)
    return None
