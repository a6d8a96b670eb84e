"""A Celery application with one task, on the broker that the environment names."""

import os
import time
from pathlib import Path

from celery import Celery

BROKER = os.environ.get("ECHO_BROKER", "memory://")
FOLDER = Path(os.environ.get("ECHO_FOLDER", "."))

app = Celery("tests.runtime.echo", broker=BROKER)
app.conf.task_ignore_result = True
app.conf.task_acks_late = True
app.conf.broker_connection_retry_on_startup = True
app.conf.task_default_queue = f"echo-{FOLDER.name}"
if BROKER.startswith("filesystem"):
    app.conf.broker_transport = "console.runtime.broker:Transport"
    app.conf.broker_transport_options = {
        "data_folder_in": str(FOLDER / "queue"),
        "data_folder_out": str(FOLDER / "queue"),
        "control_folder": str(FOLDER / "control"),
        "polling_interval": 0.1,
    }


@app.task(name="echo.write")
def write(word: str) -> None:
    (FOLDER / "heard" / word).write_text(str(time.time()))
