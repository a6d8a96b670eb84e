"""A running instance in which the demo's agent has worked."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.instance import PROJECT, Instance, running_instance


@contextmanager
def demonstrated_instance() -> Iterator[Instance]:
    with running_instance() as instance:
        operate(instance, "demo", "--json", "--quick")
        yield instance


def operate(instance: Instance, *command: str) -> None:
    """A command as its operator types it."""
    subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), *command],
        env={
            **os.environ,
            "MNEMOSCOPE_HOME": str(instance.home),
            "DJANGO_SETTINGS_MODULE": "console.settings.prod",
        },
        stdout=subprocess.DEVNULL,
        check=True,
    )
