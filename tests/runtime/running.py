"""An instance as `manage.py up` runs it, for tests."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from console.platform.env import PROJECT_ROOT
from tests.runtime.conftest import bare_environment

STOP_SECONDS = 40


@dataclass
class Running:
    home: Path
    port: int
    grpc_port: int
    process: subprocess.Popen[str]
    events: list[dict[str, object]] = field(default_factory=list)

    def await_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] in {"ready", "failed"}:
                break
        assert self.events[-1]["event"] == "ready", self.events

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        try:
            self.process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode


def start(home: Path, port: int, grpc_port: int = 0, **variables: str) -> Running:
    """`up` in a folder, without the demo."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--json"],
        cwd=PROJECT_ROOT,
        env=bare_environment(
            home,
            MNEMOSCOPE_PORT=str(port),
            MNEMOSCOPE_OTLP_GRPC_PORT=str(grpc_port),
            MNEMOSCOPE_DEMO="0",
            **variables,
        ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return Running(home, port, grpc_port, process)
