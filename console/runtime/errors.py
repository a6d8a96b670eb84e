"""What keeps an instance from running, in one sentence for the person who started it."""

import errno
from pathlib import Path


class RuntimeProblem(Exception):  # noqa: N818 - it is shown as it stands, not as an "error"
    """Shown as it stands, without a traceback; the process ends with exit code 1."""


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM while starting. Not an Exception, so that nothing swallows it."""


NO_SPACE = "No space left on device"


def disk_full(path: Path) -> RuntimeProblem:
    return RuntimeProblem(f"The disk that holds {path} is full: free some space and start again.")


def os_problem(error: OSError, path: Path) -> RuntimeProblem:
    """The sentence for a file operation on `path` that the system refused."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(path)
    reason = (error.strerror or str(error)).lower()
    return RuntimeProblem(
        f"The data folder cannot be used ({error.filename or path}: {reason}):"
        " correct that, or name another folder in MNEMOSCOPE_HOME."
    )
