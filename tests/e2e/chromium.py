"""Finds a Chromium to drive, or installs one.

`python tests/e2e/chromium.py` makes sure there is one and prints its path; with nothing to be had,
it says what is missing and exits with 1. Tests call `find_chromium()`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMED = "MNEMOSCOPE_CHROMIUM"
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PACKAGES = ("chromium", "fonts-dejavu-core")
INSTALL_SECONDS = 600
MISSING = (
    "The browser tests need Chromium and none was found or could be installed: install the"
    " `chromium` package of your system (or Google Chrome), or run"
    f" `.venv/bin/playwright install chromium`, or name an executable in {NAMED}."
)


def find_chromium() -> str | None:
    """The path of an executable that starts, or None."""
    named = os.environ.get(NAMED)
    if named:
        return named if starts(named) else None
    found = [playwrights_own(), *(shutil.which(command) for command in COMMANDS)]
    return next((path for path in (*found, *MAC_APPLICATIONS) if path and starts(path)), None)


def playwrights_own() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def starts(path: str) -> bool:
    """An executable alone is not enough: its libraries may be missing."""
    if not Path(path).is_file():
        return False
    try:
        version = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return version.returncode == 0


def install() -> None:
    """Playwright's own build first; as root on Debian and its kin, else the system's package."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        attempts.append(["apt-get", "update", "-q"])
        attempts.append(["apt-get", "install", "-q", "-y", "--no-install-recommends", *PACKAGES])
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in attempts:
        say(f"Looking for Chromium: {' '.join(command)}")
        try:
            subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                timeout=INSTALL_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            say(str(error))
        if find_chromium():
            return


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> int:
    if find_chromium() is None and NAMED not in os.environ:
        install()
    path = find_chromium()
    if path is None:
        say(MISSING)
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
