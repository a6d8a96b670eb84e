"""House rules that a machine can hold us to."""

import ast
import importlib
from pathlib import Path

import pytest
from django.apps import apps

import audit.actions
import console.access_review.actions
import console.administration
import console.webhooks.actions
import memory.actions
import memory.desk
from audit.kinds import KINDS
from console.tenancy.models import ScopedManager

ROOT = Path(__file__).resolve().parents[2]
SOURCE = [
    path
    for package in ("console", "memory", "audit")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
]
DOORS = [
    path
    for path in SOURCE
    if path.is_relative_to(ROOT / "console" / "web")
    or path.is_relative_to(ROOT / "console" / "api")
]
MAX_LINES = 300
WRITES = {"create", "bulk_create", "update", "delete", "save", "get_or_create", "update_or_create"}
# Who may write without being an action: what an action is made of, and what is no governed row.
OWN_ROWS = {"console/api/idempotency.py"}


def calls(source, function):
    return (
        node
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == function
    )


def test_no_file_is_longer_than_a_person_reads():
    long = {
        str(p.relative_to(ROOT)): n
        for p in SOURCE
        if (n := len(p.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


@pytest.mark.parametrize(
    "package",
    [
        audit.actions,
        memory.actions,
        memory.desk,
        console.administration,
        console.webhooks.actions,
        console.access_review.actions,
    ],
)
def test_every_public_verb_is_audited(package):
    unaudited = []
    for name in package.__all__:
        verb = getattr(package, name)
        if not callable(verb) or isinstance(verb, type):
            continue
        source = ast.parse(Path(importlib.import_module(verb.__module__).__file__).read_text())
        decorated = [
            node.name
            for node in ast.walk(source)
            if isinstance(node, ast.FunctionDef)
            and any(
                isinstance(d, ast.Call) and getattr(d.func, "id", "") == "audited"
                for d in node.decorator_list
            )
        ]
        if not hasattr(verb, "audited_kind") and not decorated:
            unaudited.append(name)
    assert unaudited == []


def test_doors_do_not_write():
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno} .{node.func.attr}()"
        for path in DOORS
        if str(path.relative_to(ROOT)) not in OWN_ROWS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and "objects" in ast.unparse(node.func)
    ]
    assert offenders == []


def test_every_tenant_model_raises_outside_a_scope():
    unscoped = [
        model.__name__
        for model in apps.get_models()
        if "tenant_id" in {field.attname for field in model._meta.fields}
        and not isinstance(model._default_manager, ScopedManager)
    ]
    assert unscoped == []


def test_every_event_kind_that_is_used_is_in_the_registry():
    used = set()
    for path in SOURCE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "audited":
                used.add(node.args[0].value)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "append":
                used |= {
                    k.value.value
                    for k in node.keywords
                    if k.arg == "kind" and isinstance(k.value, ast.Constant)
                }
    assert used <= set(KINDS)
    assert len(used) > 10


def test_the_beat_wakes_tasks_that_exist():
    for module in (
        "memory.tasks",
        "audit.tasks",
        "console.accounts.tasks",
        "console.webhooks.tasks",
    ):
        importlib.import_module(module)
    from console.celery import app  # noqa: PLC0415 - after the tasks

    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert wanted <= set(app.tasks)


def test_a_task_that_touches_tenant_data_names_the_tenant():
    nameless = []
    for package in ("memory", "audit", "console.accounts", "console.webhooks"):
        module = importlib.import_module(f"{package}.tasks")
        source = ast.parse(Path(module.__file__).read_text())
        for node in ast.walk(source):
            if not isinstance(node, ast.FunctionDef) or not node.decorator_list:
                continue
            enters = "tenant_scope(" in ast.unparse(node)
            arguments = {argument.arg for argument in node.args.kwonlyargs}
            if enters and "tenant_id" not in arguments:
                nameless.append(node.name)
    assert nameless == []
