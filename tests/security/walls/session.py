"""A session of the app role in which somebody runs what SQL they like, and what they got of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from console.platform.crypto.context import ContextKind, sign_context

DIVISION_BY_ZERO = "22012"
RAISED = "P0001"
MOST_ROWS = 5_000


@dataclass
class Got:
    rows: list[Any] = field(default_factory=list)
    said: str = ""  # by the error, if there was one
    code: str = ""


def app_session() -> psycopg.Connection[Any]:
    told = connections["default"].settings_dict
    return psycopg.connect(
        host=told["HOST"], dbname=told["NAME"], user=told["USER"], password=told["PASSWORD"]
    )


class Session:
    def __init__(self) -> None:
        self.raw = app_session()

    def close(self) -> None:
        self.raw.close()

    @property
    def pid(self) -> int:
        return self.raw.info.backend_pid

    def run(self, tenant_id: UUID, statements: Iterable[sql.Composable], *, keep: bool) -> Got:
        """In the tenant's context, as the product opens it; committed where `keep`."""
        if self.raw.closed:
            self.raw = app_session()
        got = Got()
        context = sign_context(
            key=settings.CONTEXT_KEY,
            kind=ContextKind.TENANT,
            identifier=tenant_id,
            backend_pid=self.pid,
        )
        opening = sql.SQL("SET LOCAL mnemoscope.context = {}").format(sql.Literal(context))
        try:
            for statement in (opening, *statements):
                got.rows += self._rows(statement)
            if keep:
                self.raw.commit()
        except psycopg.Error as error:
            got.said, got.code = str(error), error.sqlstate or ""
        self._forget()
        return got

    def _rows(self, statement: sql.Composable) -> Sequence[Any]:
        text = statement.as_string(self.raw)
        with self.raw.cursor() as cursor:
            if text.startswith("COPY") and text.endswith("STDOUT"):
                with cursor.copy(text) as copied:
                    return [(bytes(part).decode(errors="replace"),) for part in copied]
            if text.startswith("COPY") and text.endswith("STDIN"):
                with cursor.copy(text) as copied:
                    copied.write("x\n")
                return []
            cursor.execute(text)
            return cursor.fetchmany(MOST_ROWS) if cursor.description else []

    def _forget(self) -> None:
        """What one attempt has set must not help or hinder the next."""
        if self.raw.closed:
            return
        try:
            self.raw.rollback()
            self.raw.execute("RESET ALL")
            self.raw.commit()
        except psycopg.Error:
            self.raw.close()
