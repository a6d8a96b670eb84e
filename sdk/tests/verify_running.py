"""Running the verifier as its user does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[1] / "src"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """In a process that can import nothing of ours but the verifier."""
    return subprocess.run(
        [sys.executable, "-m", "mnemoscope_verify", *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def report_of(*arguments: object) -> tuple[int, dict[str, Any]]:
    done = run(*arguments, "--json")
    return done.returncode, json.loads(done.stdout)
