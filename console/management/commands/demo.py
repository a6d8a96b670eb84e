"""`manage.py demo`: a separate agent process works through a support case against this instance."""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.platform.env import PROJECT_ROOT

AGENT = PROJECT_ROOT / "sdk" / "examples" / "support_agent.py"


class Command(BaseCommand):
    help = (
        "Runs the demo's support agent against the running instance: it writes and recalls"
        " memories over HTTP and exports its trace. Start the instance first (`make run`)."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")
        parser.add_argument("--quick", action="store_true", help="Do not pause between steps.")

    @override
    def handle(self, **options: object) -> None:
        path = settings.HOME / "demo.json"
        try:
            demo = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise CommandError(f"{path} is missing: start the instance with `make run`.") from error
        passed_on = [f"--{name}" for name in ("json", "quick") if options[name]]
        command = [sys.executable, str(AGENT), *passed_on]
        environment = {
            **os.environ,
            "PYTHONPATH": str(PROJECT_ROOT / "sdk" / "src"),
            "MNEMOSCOPE_URL": demo["url"],
            # By the environment: an argument would show the key to every user of the machine.
            "MNEMOSCOPE_API_KEY": demo["agent_key"],
            "MNEMOSCOPE_SIGNING_KEY": demo.get("signing_key", ""),
        }
        finished = subprocess.run(command, env=environment, check=False)  # noqa: S603
        if finished.returncode:
            sys.exit(finished.returncode)
