"""One operation after another by one tenant on what is another's, and what it got of it."""

import uuid
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, transaction
from psycopg import sql

from console.celery import app
from console.platform.errors import DomainError
from console.tenancy.scope import NestedTenantError, tenant_scope
from tests.security.walls import doors, exports, verbs, wakings
from tests.security.walls.session import DIVISION_BY_ZERO, RAISED, Got, Session
from tests.security.walls.statements import (
    INJECTIONS,
    OWN_ROWS,
    READS,
    SHOWS,
    WRITES,
    Target,
    forged_contexts,
    statements_of,
)
from tests.security.walls.truth import Sums, Truth
from tests.security.walls.world import House

SERVER_ERROR = 500
BROKEN_OFF = (DomainError, DatabaseError, TypeError, ValueError, LookupError, AttributeError)
ONLY_POST = 405


@dataclass
class Tally:
    """`kinds` counts operations, `refused` those that were answered by an error."""

    kinds: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    asked: set[str] = field(default_factory=set)
    failures: set[str] = field(default_factory=set)


class Walk:
    """`leaks` is what was seen across a wall, or changed: it stays empty."""

    def __init__(self, houses: list[House], truth: Truth, tally: Tally) -> None:
        self.houses, self.truth, self.tally = houses, truth, tally
        self.session, self.elsewhere = Session(), Session()
        self._open = ExitStack()
        self.grpc = self._open.enter_context(exports.grpc_door())
        # Of one tenant only: made-up settings are in the way of whoever acts under them.
        self.full = houses[-1]
        self.unfilled = set(truth.fill(self.full.id, self.full.mark))
        self.ids = {one.id: truth.ids(one.id) for one in houses}
        self.leaks: list[str] = []
        self.done: list[str] = []  # since the rows were last compared
        self.before: dict[UUID, Sums] = {}
        self.house = houses[0]
        self.turn_to(0)

    def close(self) -> None:
        self.session.close()
        self.elsewhere.close()
        self._open.close()

    def turn_to(self, number: int) -> None:
        """Another tenant's turn, once it is known that the last one changed nobody else's rows."""
        self.compare()
        self.house = self.houses[number]

    def compare(self) -> None:
        now = self.truth.sums([one.id for one in self.houses])
        for other in self._others():
            if self.before and now[other.id] != self.before[other.id]:
                was, is_now = set(self.before[other.id].items()), set(now[other.id].items())
                tables = sorted({table for table, _ in was ^ is_now})
                self.leaks.append(f"changed {tables} of {other.id}: {self.done}")
        self.before, self.done = now, []

    def _others(self) -> list[House]:
        return [one for one in self.houses if one is not self.house]

    def _did(self, kind: str, what: str) -> None:
        self.tally.kinds[kind] += 1
        self.tally.asked.add(f"{kind} {what}")
        self.done.append(f"{kind} {what}")

    # The doors.

    def api(self, chance: Random, number: int) -> None:
        operation = doors.operations()[number % len(doors.operations())]
        other = chance.choice(self._others())
        ids = self.ids[other.id]
        path = doors.a_path(chance, operation, ids)
        body = doors.a_body(chance, operation, ids)
        self._did("api", f"{operation.method} {operation.path}")
        answer = self.house.door.client.generic(
            operation.method,
            path,
            body or b"",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.house.owner.key}"},
        )
        self._answered("api", f"{operation.method} {path}", answer)

    def page(self, chance: Random) -> None:
        other = chance.choice(self._others())
        ids = self.ids[other.id]
        path = doors.a_page(chance, ids, slug=self.house.tenant.slug)
        self._did("page", path.partition("?")[0])
        if chance.random() < 0.3:
            answer = self.house.browser.post(path, doors.form_of(chance, ids))
        else:
            answer = self.house.browser.get(path)
            if answer.status_code == ONLY_POST:
                answer = self.house.browser.post(path, doors.form_of(chance, ids))
        self._answered("page", path, answer)

    def _answered(self, kind: str, what: str, answer: Any) -> None:
        try:
            said = answer.getvalue() + str(answer.headers).encode()
        except BROKEN_OFF as error:  # one that is streamed, over made-up rows
            said = str(error).encode()
            self.tally.failures.add(f"{type(error).__name__} within {what.partition('?')[0]}")
        self.tally.statuses[answer.status_code] += 1
        self.tally.refused[kind] += answer.status_code >= 400
        if answer.status_code >= SERVER_ERROR:
            self.tally.failures.add(f"{answer.status_code} {what.partition('?')[0]}")
        for one in self._others():
            if one.mark.encode() in said:
                self.leaks.append(f"{kind} {what} of {one.id}: {said[:500]!r}")

    def export(self, chance: Random, door: str, credential: str) -> None:
        """Traces, by one of OTLP's doors."""
        other = chance.choice(self._others())
        ids = self.ids[other.id]
        headers = exports.CREDENTIALS[credential](self.house, other)
        self._did("otlp", f"{door}, {credential}")
        if door == "grpc":
            message = exports.a_message(chance, ids)
            taken, said = exports.send_by_grpc(self.grpc, message, headers)
            self.tally.refused["otlp"] += not taken
            self._said(f"otlp {door}, {credential}", said)
        else:
            media_type, body = exports.an_http_body(chance, ids)
            answer = self.house.browser.generic(
                "POST", "/v1/traces", body, content_type=media_type, headers=headers
            )
            taken = answer.status_code < 400
            self._answered("otlp", f"{door}, {credential}", answer)
        if taken != (credential in exports.TAKEN):
            self.leaks.append(f"otlp {door}, {credential}: taken was {taken}")

    def wake(self, chance: Random, name: str, way: str) -> None:
        """A task: for its own tenant, for another's in its own scope, or for nobody's."""
        other = chance.choice(self._others())
        task, ids = app.tasks[name], self.ids[other.id]
        self._did("task", f"{name} {way}")
        try:
            if way == "own":
                task.run(**wakings.arguments(chance, name, self.house.id, ids))
            elif way == "another's":
                with tenant_scope(self.house.id):
                    task.run(**wakings.arguments(chance, name, other.id, ids))
            else:
                named = wakings.arguments(chance, name, other.id, ids)
                task.run(**named | {"tenant_id": wakings.nobodys(chance)})
        except (*BROKEN_OFF, ObjectDoesNotExist, NestedTenantError) as error:
            self.tally.refused["task"] += 1
            self._said(f"task {name} {way}", str(error))

    # The ORM.

    def orm(self, chance: Random) -> None:
        model = chance.choice(verbs.tenant_models())
        name = chance.choice(list(verbs.VERBS))
        other = chance.choice(self._others())
        self._did("orm", f"{name} {model.__name__}")
        try:
            with tenant_scope(self.house.id), transaction.atomic():
                found = verbs.VERBS[name](model, self.house.id, other.id)
        except DatabaseError as error:
            self.tally.refused["orm"] += 1
            self._said(f"orm {name} {model.__name__}", str(error))
            return
        if found:
            self.leaks.append(f"orm {name} {model.__name__}: {found!r}")

    # Statements of the app role.

    def read(self, chance: Random, name: str) -> None:
        target = self._target(chance)
        got = self.session.run(self.house.id, statements_of(target, READS[name]), keep=False)
        self._got("read", f"{name} {target.table}", got, may_have_rows=name in OWN_ROWS)

    def write(self, chance: Random, name: str) -> None:
        target = self._target(chance)
        got = self.session.run(self.house.id, statements_of(target, WRITES[name]), keep=True)
        self._got("write", f"{name} {target.table}", got)

    def copy_in(self, chance: Random) -> None:
        target = self._target(chance)
        statement = target.sql("COPY {table} FROM STDIN")
        got = self.session.run(self.house.id, [statement], keep=True)
        self._got("write", f"copy in {target.table}", got)

    def inject(self, chance: Random, name: str) -> None:
        """Something that should lift the wall, then a look and a change."""
        target = self._target(chance)
        lifted = statements_of(target, INJECTIONS[name])
        self._after("inject", name, lifted, target, chance)

    def forge(self, chance: Random, which: int, how: int) -> None:
        target = self._target(chance)
        tokens = forged_contexts(
            chance, target.other, pid=self.session.pid, other_pid=self.elsewhere.pid
        )
        show = sql.SQL(SHOWS[how % len(SHOWS)]).format(
            token=sql.Literal(tokens[which % len(tokens)])
        )
        self._after("forge", f"{which % len(tokens)}", [show], target, chance)

    def _after(
        self,
        kind: str,
        name: str,
        first: Iterable[sql.Composable],
        target: Target,
        chance: Random,
    ) -> None:
        reads = chance.random() < 0.6
        look = "select by tenant" if reads else chance.choice(["update all", "delete", "give away"])
        then = statements_of(target, (READS if reads else WRITES)[look])
        self.elsewhere.run(target.other, [sql.SQL("SELECT 1")], keep=False)
        got = self.session.run(self.house.id, [*first, *then], keep=not reads)
        # set_config answers with the setting itself.
        got.rows = [row for row in got.rows if not _is_setting(row)]
        self._got(kind, f"{name}, {look} {target.table}", got)

    def _target(self, chance: Random) -> Target:
        table = chance.choice(list(self.truth.tables))
        other = chance.choice(self._others())
        ids = self.ids[other.id].get(table) or [uuid.uuid4()]
        return Target(
            table=table,
            key=self.truth.tables[table],
            columns=self.truth.columns[table],
            own=self.house.id,
            other=other.id,
            row=chance.choice(ids),
        )

    def _got(self, kind: str, what: str, got: Got, *, may_have_rows: bool = False) -> None:
        self._did(kind, what)
        if got.code:
            self.tally.refused[kind] += 1
        if got.rows and not may_have_rows:
            self.leaks.append(f"{kind} {what}: {got.rows[:3]!r}")
        if got.code == DIVISION_BY_ZERO or (got.code == RAISED and "saw" in got.said):
            self.leaks.append(f"{kind} {what}: {got.said}")
        self._said(f"{kind} {what}", f"{got.said} {got.rows}")

    def _said(self, what: str, said: str) -> None:
        for one in self._others():
            if one.mark in said:
                self.leaks.append(f"{what} of {one.id}: {said[:500]}")


def _is_setting(row: Any) -> bool:
    return len(row) == 1 and (isinstance(row[0], str) or row[0] == 1)


def chance(seed: int) -> Random:
    """The same again from the same seed."""
    return Random(seed)  # noqa: S311
