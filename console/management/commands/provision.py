"""`manage.py provision`: roles, database and grants on a PostgreSQL of your own."""

from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.platform import env
from console.runtime.errors import RuntimeProblem
from console.runtime.provision import APP, ERASER, OWNER, READONLY, provision


class Command(BaseCommand):
    help = (
        "Makes the roles, the database and their rights, as the superuser of ADMIN_DATABASE_URL."
        " Passwords and the database's name are those of DATABASE_URL, OWNER_DATABASE_URL and,"
        " where given, READONLY_DATABASE_URL and ERASER_DATABASE_URL. Running it again changes"
        " nothing."
    )
    requires_system_checks: list[str] = []

    @override
    def handle(self, **_: object) -> None:
        try:
            dsns = {APP: env.secret("DATABASE_URL"), OWNER: env.secret("OWNER_DATABASE_URL")}
            if readonly := env.secret("READONLY_DATABASE_URL", None):
                dsns[READONLY] = readonly
            if eraser := env.secret("ERASER_DATABASE_URL", None):
                dsns[ERASER] = eraser
            provision(
                env.secret("ADMIN_DATABASE_URL"),
                passwords={role: password_of(dsn) for role, dsn in dsns.items()},
                context_key=context_key(env.secret("CONTEXT_KEY")),
                database=urlsplit(dsns[APP]).path.lstrip("/"),
            )
        except (RuntimeProblem, ImproperlyConfigured) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write("The database is provisioned.")


def password_of(dsn: str) -> str:
    password = unquote(urlsplit(dsn).password or "")
    if not password:
        raise RuntimeProblem("Each database URL has to name its role's password.")
    return password


def context_key(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise RuntimeProblem("CONTEXT_KEY is not hexadecimal: make it 64 such digits.") from None
