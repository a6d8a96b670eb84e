"""Wake-ups. Work lives in PostgreSQL rows; losing the broker loses none of it."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.app.task import Task
from celery.signals import task_postrun, worker_init
from django.conf import settings

from console.platform.telemetry.metrics import TASK_SUCCEEDED, TASKS
from console.platform.telemetry.tracing import start_tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings.prod")

app = Celery("mnemoscope")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["memory", "audit", "console.accounts", "console.webhooks"])

# The beat schedule, as data: each sweep finds by itself what a lost wake-up would have told it.
app.conf.beat_schedule = {
    "expire memories": {"task": "memory.tasks.expire_due", "schedule": 60.0},
    "carry out retention": {
        "task": "memory.tasks.carry_out_retention",
        "schedule": 3600.0,
    },
    "embed what waits": {"task": "memory.tasks.embed_waiting", "schedule": 60.0},
    "delete expired snapshots": {"task": "memory.tasks.sweep_snapshots", "schedule": 600.0},
    "screen memories by changed rules": {
        "task": "memory.tasks.screen_stored_memories",
        "schedule": 3600.0,
    },
    "refresh what is recalled": {"task": "memory.tasks.refresh_recalled", "schedule": 600.0},
    "move memories between tiers": {"task": "memory.tasks.move_tiers", "schedule": 3600.0},
    "ask what to renew": {"task": "memory.tasks.ask_for_renewals", "schedule": 3600.0},
    "evict past the budget": {"task": "memory.tasks.evict_surplus", "schedule": 3600.0},
    "doubt memories": {"task": "memory.tasks.raise_doubts", "schedule": 6 * 3600.0},
    "finish rotations of keys": {"task": "memory.tasks.finish_rotations", "schedule": 3600.0},
    "tell of overdue reviews": {"task": "memory.tasks.watch_reviews", "schedule": 60.0},
    "watch requests": {"task": "memory.tasks.watch_requests", "schedule": 900.0},
    "mail the digest": {"task": "memory.tasks.send_digests", "schedule": 3600.0},
    "draw what is looked at again": {"task": "memory.tasks.audit_reviews", "schedule": 300.0},
    "verify memories": {"task": "memory.tasks.verify_memories", "schedule": 600.0},
    "settle the recall index": {"task": "memory.tasks.settle_index", "schedule": 60.0},
    "send what webhooks wait for": {
        "task": "console.webhooks.tasks.deliver_due_everywhere",
        "schedule": 60.0,
    },
    "forget old deliveries": {
        "task": "console.webhooks.tasks.forget_old_deliveries",
        "schedule": 3600.0,
    },
    "carry out erasures": {"task": "memory.tasks.carry_out_requests", "schedule": 60.0},
    "look through the walls": {"task": "memory.tasks.probe_tenants", "schedule": 600.0},
    "count what agents did": {"task": "audit.tasks.count_activity", "schedule": 3600.0},
    "send audit streams": {"task": "audit.tasks.send_streams", "schedule": 30.0},
    "read stored spans anew": {"task": "audit.tasks.replay_traces", "schedule": 60.0},
    "compare changes with events": {"task": "audit.tasks.reconcile_audit", "schedule": 3600.0},
    "give up roots that never came": {
        "task": "audit.tasks.give_up_roots",
        "schedule": 600.0,
    },
    "make partitions": {"task": "audit.tasks.make_partitions", "schedule": 3600.0},
    "forget old idempotent answers": {
        "task": "console.accounts.tasks.forget_answers",
        "schedule": 3600.0,
    },
}


def make_broker_folders() -> None:
    """The filesystem transport of kombu expects its folders to exist."""
    options: dict[str, Any] = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if name in options:
            Path(options[name]).mkdir(parents=True, exist_ok=True)


@worker_init.connect
def trace_tasks(**_: object) -> None:
    start_tracing("mnemoscope-worker")


@task_postrun.connect
def count_task(*, task: "Task[Any, Any]", state: str | None = None, **_: object) -> None:
    TASKS.labels(task.name, state or "UNKNOWN").inc()
    if state == "SUCCESS":
        TASK_SUCCEEDED.labels(task.name).set_to_current_time()


make_broker_folders()
