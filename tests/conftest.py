"""The embedded PostgreSQL every test runs on, under the application's own role.

Each test worker has a server of its own in a temporary folder. A test sees the database through
row security, exactly as the product does; only the fixtures here use the owner's role.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from console.runtime.postgres import EmbeddedPostgres
from console.runtime.provision import APP, OWNER, provision
from tests.cast import *  # noqa: F403

PASSWORDS = {APP: "app-test", OWNER: "owner-test"}
DATABASE = "mnemoscope_test"
ALIASES = {"default": APP, "owner": OWNER}


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="mnemoscope-test-") as folder:
        server = EmbeddedPostgres(Path(folder), durable=False)
        server.start()
        try:
            yield server
        finally:
            server.stop(hurry=True)


@pytest.fixture(scope="session")
def django_db_setup(postgres: EmbeddedPostgres, django_db_blocker: DjangoDbBlocker) -> None:
    """Replaces pytest-django's: the owner migrates, the app role serves."""
    provision(
        postgres.dsn(),
        passwords=PASSWORDS,
        context_key=settings.CONTEXT_KEY,
        database=DATABASE,
    )
    for alias, role in ALIASES.items():
        connections[alias].settings_dict.update(
            HOST=str(postgres.socket_folder),
            NAME=DATABASE,
            USER=role,
            PASSWORD=PASSWORDS[role],
        )
    with django_db_blocker.unblock():
        call_command("migrate", database="owner", verbosity=0)
        connections["owner"].close()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For races and processes: what is written is committed, and emptied by the owner after."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            _empty_every_table()


def _empty_every_table() -> None:
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
