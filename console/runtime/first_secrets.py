"""The secrets of an embedded instance: made at its first start, kept in files of mode 600."""

import os
import secrets
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from console.platform import env
from console.runtime.errors import RuntimeProblem
from console.runtime.files import write_private
from console.runtime.postgres import EmbeddedPostgres
from console.runtime.provision import APP, DATABASE, ERASER, OWNER, READONLY

KEYS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "CONTEXT_KEY": lambda: secrets.token_hex(32),
    "ROOT_KEYS": lambda: f"first:{secrets.token_hex(32)}",
}
ROLES = {
    "DATABASE_URL": APP,
    "OWNER_DATABASE_URL": OWNER,
    "READONLY_DATABASE_URL": READONLY,
    "ERASER_DATABASE_URL": ERASER,
}


def ensure_secrets(postgres: EmbeddedPostgres) -> dict[str, str]:
    """Makes what is missing under `$MNEMOSCOPE_HOME/secrets`; returns each role's password.

    Raises RuntimeProblem where the environment names another database: `up` runs its own.
    """
    for name in ROLES:
        for variable in (env.PREFIX + name, f"{env.PREFIX}{name}_FILE"):
            if os.environ.get(variable):
                raise RuntimeProblem(
                    f"{variable} names a database, and `up` runs its own: unset it, or start web,"
                    " worker and beat yourself as docs/operations.md shows."
                )
    for name, make in KEYS.items():
        if env.secret(name, None) is None:
            write_private(env.secret_file(name), make())
    return {role: _password(name, role, postgres) for name, role in ROLES.items()}


def _password(name: str, role: str, postgres: EmbeddedPostgres) -> str:
    path = env.secret_file(name)
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    password = unquote(urlsplit(known).password or "") or secrets.token_urlsafe(32)
    # Written anew when the folder was moved: the socket's path is part of it.
    dsn = postgres.dsn(role=role, password=password, database=DATABASE)
    if dsn != known:
        write_private(path, dsn)
    return password
