"""The port of gRPC: had when it was asked for, and else only if nobody listens there."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.management.commands.up import GRPC_PORT, with_free_grpc_port
from console.runtime.errors import RuntimeProblem
from console.runtime.instance import Plan
from console.runtime.progress import Progress


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def a_plan(home: Path, grpc_port: int) -> Plan:
    return Plan(
        host="127.0.0.1",
        port=8000,
        grpc_port=grpc_port,
        url="http://127.0.0.1:8000",
        static_root=home,
        context_key=b"",
        role_passwords={},
        demo=False,
    )


def test_another_program_on_the_usual_port_leaves_grpc_out_and_is_said(
    home: Path, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(GRPC_PORT, raising=False)
    said: list[str] = []
    plan = with_free_grpc_port(a_plan(home, taken_port), Progress(said.append, as_json=False))
    assert plan.grpc_port == 0
    [note] = said
    assert f"Port {taken_port}" in note
    assert GRPC_PORT in note
    assert "over HTTP only" in note


def test_a_port_that_was_asked_for_must_be_had(
    home: Path, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(GRPC_PORT, str(taken_port))
    with pytest.raises(RuntimeProblem, match=GRPC_PORT):
        with_free_grpc_port(a_plan(home, taken_port), Progress(print, as_json=False))


def test_no_port_is_no_question(home: Path) -> None:
    plan = a_plan(home, 0)
    assert with_free_grpc_port(plan, Progress(print, as_json=False)) is plan
