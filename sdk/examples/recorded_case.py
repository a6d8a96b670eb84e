"""The script of the case, read once and checked: a misspelt member of case.json fails here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Recall:
    query: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A recorded answer; `answer_without` is given when the last recall lacked what it `needs`."""

    prompt: str
    answer: str
    tokens: tuple[int, int]
    seconds: float
    needs: str | None = None
    answer_without: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    seconds: float
    result: dict[str, str] | None = None
    error: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    arguments: dict[str, str]
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Write:
    """`content_from` names a member of the last tool's result, stored as it came."""

    label: str
    fields: dict[str, Any]
    content: str | None = None
    content_from: str | None = None
    derived_from: tuple[str, ...] = field(default=())


Step: TypeAlias = Recall | Chat | Tool | Write


@dataclass(frozen=True, slots=True)
class Session:
    title: str
    hours_ago: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Case:
    agent: dict[str, str]
    model: str
    system: str
    subject: str
    namespace: tuple[str, ...]
    sessions: tuple[Session, ...]


def read_case(path: Path) -> Case:
    body = json.loads(path.read_text(encoding="utf-8"))
    sessions = tuple(
        Session(item["title"], item["hours_ago"], tuple(_step(**step) for step in item["steps"]))
        for item in body.pop("sessions")
    )
    return Case(**{**body, "namespace": tuple(body["namespace"])}, sessions=sessions)


def _step(do: str, **members: Any) -> Step:
    if do == "recall":
        return Recall(**members)
    if do == "chat":
        return Chat(**{**members, "tokens": tuple(members["tokens"])})
    if do == "write":
        return Write(**{**members, "derived_from": tuple(members.get("derived_from", ()))})
    attempts = tuple(Attempt(**attempt) for attempt in members["attempts"])
    return Tool(**{**members, "attempts": attempts})
