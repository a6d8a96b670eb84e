"""The product in this process, as the app role sees it: row security on, no door between."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test.utils import override_settings

from console.runtime.postgres import EmbeddedPostgres
from console.runtime.provision import APP, ERASER, OWNER, provision

DATABASE = "mnemoscope_bench"


@contextmanager
def embedded_database() -> Iterator[EmbeddedPostgres]:
    passwords = {role: token_hex(16) for role in (APP, OWNER, ERASER)}
    with tempfile.TemporaryDirectory(prefix="mnemoscope-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            provision(
                server.dsn(),
                passwords=passwords,
                context_key=settings.CONTEXT_KEY,
                database=DATABASE,
            )
            for alias, role in (("default", APP), ("owner", OWNER)):
                connections[alias].settings_dict.update(
                    HOST=str(server.socket_folder),
                    NAME=DATABASE,
                    USER=role,
                    PASSWORD=passwords[role],
                )
            call_command("migrate", database="owner", verbosity=0)
            eraser = server.dsn(role=ERASER, password=passwords[ERASER], database=DATABASE)
            with override_settings(
                HOME=server.home, ANCHOR_DIR=str(server.home / "anchors"), ERASER_DSN=eraser
            ):
                yield server
        finally:
            connections.close_all()
            server.stop(hurry=True)
