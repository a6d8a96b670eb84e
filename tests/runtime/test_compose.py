"""docker-compose.yml without a Docker engine: its form, and that what it names exists."""

import ast
import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.bin.celery import celery as celery_command
from django.core.management import get_commands, load_command_class
from django.utils.module_loading import import_string
from granian.cli import cli as granian_command
from jsonschema import Draft7Validator

from console.platform.env import PROJECT_ROOT

TEXT = (PROJECT_ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SCHEMA = json.loads((Path(__file__).parent / "schemas" / "compose-spec.json").read_text())
DOCKERFILE = (PROJECT_ROOT / "Dockerfile").read_text()
OURS = {name for name, service in SERVICES.items() if service["image"].startswith("mnemoscope:")}
ONE_SHOT = {"provision", "migrate"}
ENVIRONMENT: dict[str, str] = runpy.run_path(str(PROJECT_ROOT / "deploy" / "make_env.py"))[
    "environment"
]()
# What the settings and commands read: the first argument of console.platform.env's readers.
READERS = {"text", "integer", "boolean", "secret", "parsed_secret"}


def settings_read() -> set[str]:
    names = {"HOME"}
    for path in (PROJECT_ROOT / "console").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "env"
                and node.func.attr in READERS
                and isinstance(node.args[0], ast.Constant)
            ):
                names.add(str(node.args[0].value))
    return names


def commands() -> list[list[str]]:
    cmd = DOCKERFILE[DOCKERFILE.rindex("CMD ") + 4 :].strip()
    return [json.loads(cmd), *(SERVICES[name]["command"] for name in sorted(OURS - {"web"}))]


def test_it_is_a_compose_file() -> None:
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(COMPOSE)] == []
    broken = {**COMPOSE, "services": {"web": {"imagine": "that"}}}
    assert list(Draft7Validator(SCHEMA).iter_errors(broken))


def test_every_variable_is_one_that_the_product_reads() -> None:
    named = set(re.findall(r"\bMNEMOSCOPE_([A-Z_]+)", TEXT + DOCKERFILE)) | {
        name.removeprefix("MNEMOSCOPE_") for name in ENVIRONMENT if name.startswith("MNEMOSCOPE_")
    }
    assert {name.removesuffix("_FILE") for name in named} - settings_read() == set()


# Importing console.wsgi looks at the database, and refuses one with the wrong rights.
@pytest.mark.django_db
def test_every_command_exists_and_understands_its_options() -> None:
    for command in commands():
        if command[:2] == ["python", "manage.py"]:
            app = get_commands()[command[2]]
            assert isinstance(app, str)
            parser = load_command_class(app, command[2]).create_parser("manage.py", command[2])
            parser.parse_args(command[3:])
        elif command[0] == "celery":
            assert command[1] == "-A"
            assert import_string(f"{command[2]}.app").main == "mnemoscope"
            known = celery_command.commands[command[3]]
            known.make_context(command[3], [*command[4:]], resilient_parsing=True)
        else:
            assert command[0] == "granian"
            context = granian_command.make_context("granian", command[1:])
            assert callable(import_string(context.params["app"].replace(":", ".")))


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_runs_as_root_or_with_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert int(service["user"].split(":")[0]) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_or_an_end_that_others_wait_for(name: str) -> None:
    conditions = {
        need: condition["condition"]
        for service in SERVICES.values()
        for need, condition in service.get("depends_on", {}).items()
    }
    if name in ONE_SHOT:
        assert conditions[name] == "service_completed_successfully"
        assert SERVICES[name]["restart"] == "no"
    else:
        assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert conditions.get(name, "service_healthy") == "service_healthy"


def test_images_are_pinned() -> None:
    images = [service["image"] for service in SERVICES.values()]
    for dockerfile in (DOCKERFILE, (PROJECT_ROOT / "deploy/collector/Dockerfile").read_text()):
        images += re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert images
    for image in images:
        tag = image.rpartition(":")[2]
        assert re.search(r"\d", tag), image
        assert tag != "latest"


def test_no_password_has_a_default_or_stands_in_a_container_s_environment() -> None:
    sources = {secret["environment"] for secret in COMPOSE["secrets"].values()}
    required = {re.match(r"\$\{(\w+):\?", line)[1] for line in COMPOSE["x-required"]}
    assert sources == required
    assert sources <= set(ENVIRONMENT)
    for variable in sources:
        # Only asked for, never given a value or passed on by name.
        assert re.findall(rf"\$\{{?{variable}\b(?!:\?)", TEXT) == []
    for service in SERVICES.values():
        for variable in service.get("environment", {}):
            assert variable not in sources


def test_a_made_environment_is_whole_and_new_each_time() -> None:
    again = runpy.run_path(str(PROJECT_ROOT / "deploy" / "make_env.py"))["environment"]()
    same = {name for name, value in ENVIRONMENT.items() if again[name] == value}
    assert same == {"MNEMOSCOPE_URL"}
    asked = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert asked <= set(ENVIRONMENT)
    assert len(bytes.fromhex(ENVIRONMENT["MNEMOSCOPE_CONTEXT_KEY"])) == 32


def test_every_secret_that_a_service_reads_is_mounted() -> None:
    for name, service in SERVICES.items():
        files = [
            str(value)
            for key, value in service.get("environment", {}).items()
            if key.endswith("_FILE")
        ]
        text = json.dumps(service.get("command", "")) + json.dumps(service.get("healthcheck", ""))
        files += re.findall(r"/run/secrets/\w+", text)
        read = {Path(file).name for file in files}
        assert read == set(service.get("secrets", [])), name
        assert read <= set(COMPOSE["secrets"])


def test_the_collector_hands_on_to_web_what_it_is_sent() -> None:
    config = yaml.safe_load((PROJECT_ROOT / "deploy/collector/config.yaml").read_text())
    pipeline = config["service"]["pipelines"]["traces"]
    for part in ("receivers", "processors", "exporters"):
        assert set(pipeline[part]) == set(config[part])
    assert set(config["service"]["extensions"]) == set(config["extensions"])
    assert config["exporters"]["otlphttp"]["endpoint"] == "http://web:8000"
    assert config["exporters"]["otlphttp"]["sending_queue"] == {"enabled": False}
    variables = set(re.findall(r"\$\{env:(\w+)\}", json.dumps(config)))
    assert variables == set(SERVICES["collector"]["environment"])


def test_only_workers_clear_space_and_they_write_who_was_erased_where_checkpoints_stand() -> None:
    asking = {name for name, one in SERVICES.items() if "eraser_database_url" in str(one)}
    assert asking == {"provision", "worker"}
    assert SERVICES["worker"]["volumes"] == SERVICES["sequencer"]["volumes"]
