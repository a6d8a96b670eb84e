"""A database of one's own: the embedded PostgreSQL, provisioned, migrated, under the app role."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from console.runtime.postgres import EmbeddedPostgres
from console.runtime.provision import APP, ERASER, OWNER, provision

PASSWORDS = {APP: "app-test", OWNER: "owner-test", ERASER: "eraser-test"}
DATABASE = "mnemoscope_test"
ALIASES = {"default": APP, "owner": OWNER}


@contextmanager
def embedded_postgres() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="mnemoscope-test-") as folder:
        server = EmbeddedPostgres(Path(folder), durable=False)
        server.start()
        try:
            yield server
        finally:
            server.stop(hurry=True)


def migrate_and_connect(server: EmbeddedPostgres) -> None:
    """The owner migrates, the app role serves; this process's connections lead there."""
    provision(
        server.dsn(),
        passwords=PASSWORDS,
        context_key=settings.CONTEXT_KEY,
        database=DATABASE,
    )
    for alias, role in ALIASES.items():
        connections[alias].settings_dict.update(
            HOST=str(server.socket_folder),
            NAME=DATABASE,
            USER=role,
            PASSWORD=PASSWORDS[role],
        )
    call_command("migrate", database="owner", verbosity=0)
    connections["owner"].close()


def empty_every_table() -> None:
    connections["default"].close()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(relname), ', ') FROM pg_class c"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition AND relname <> 'django_migrations'"
        )
        tables = cursor.fetchone()[0]
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    connections["owner"].close()
