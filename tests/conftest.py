"""The embedded PostgreSQL every test runs on, under the application's own role.

Each test worker has a server of its own in a temporary folder. A test sees the database through
row security, exactly as the product does; only the fixtures here use the owner's role.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from console.runtime.postgres import EmbeddedPostgres
from tests.cast import *  # noqa: F403
from tests.database import embedded_postgres, empty_every_table, migrate_and_connect


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    with embedded_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def django_db_setup(postgres: EmbeddedPostgres, django_db_blocker: DjangoDbBlocker) -> None:
    """Replaces pytest-django's: the owner migrates, the app role serves."""
    settings.ANCHOR_DIR = str(postgres.home / "anchors")  # never the developer's own
    with django_db_blocker.unblock():
        migrate_and_connect(postgres)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For races and processes: what is written is committed, and emptied by the owner after."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            empty_every_table()
