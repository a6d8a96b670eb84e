"""Ends what an instance leaves behind when it is killed without a chance to stop its children.

`python -m console.runtime.watchdog <home>`: its standard input is a pipe that only the supervisor
holds open, so the pipe's end is the supervisor's end, on Linux and macOS alike.
"""

import sys
import time
from pathlib import Path

from console.runtime.folder import DataFolder
from console.runtime.leftovers import end_leftovers

LOCK_SECONDS = 2.0
ALL_WELL = "stopped\n"


def main(home: Path) -> None:
    if sys.stdin.read() == ALL_WELL:
        return
    folder = DataFolder(home)
    deadline = time.monotonic() + LOCK_SECONDS
    # Whoever has the lock clears up: a new instance that was faster does so before it starts.
    while not folder.try_hold():
        if time.monotonic() > deadline:
            return
        time.sleep(0.02)
    end_leftovers(folder.home)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
