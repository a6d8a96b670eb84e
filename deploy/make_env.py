"""Prints a fresh `.env` for docker-compose.yml: `(umask 077; python3 deploy/make_env.py > .env)`.

Needs nothing but Python. Each password is made here, once; keep the file like a password.
"""

import secrets
import sys

ROLES = {
    "MNEMOSCOPE_DATABASE_URL": "mnemoscope_app",
    "MNEMOSCOPE_OWNER_DATABASE_URL": "mnemoscope_owner",
    "MNEMOSCOPE_READONLY_DATABASE_URL": "mnemoscope_readonly",
    "MNEMOSCOPE_ERASER_DATABASE_URL": "mnemoscope_eraser",
}


def environment() -> dict[str, str]:
    superuser, broker = secrets.token_hex(24), secrets.token_hex(24)
    return {
        "MNEMOSCOPE_URL": "http://127.0.0.1:8000",
        "MNEMOSCOPE_SECRET_KEY": secrets.token_urlsafe(48),
        "MNEMOSCOPE_CONTEXT_KEY": secrets.token_hex(32),
        "MNEMOSCOPE_ROOT_KEYS": f"first:{secrets.token_hex(32)}",
        "POSTGRES_PASSWORD": superuser,
        "MNEMOSCOPE_ADMIN_DATABASE_URL": f"postgresql://postgres:{superuser}@db/postgres",
        **{
            name: f"postgresql://{role}:{secrets.token_hex(24)}@db/mnemoscope"
            for name, role in ROLES.items()
        },
        "VALKEY_PASSWORD": broker,
        "MNEMOSCOPE_BROKER_URL": f"redis://:{broker}@valkey:6379/0",
    }


if __name__ == "__main__":
    sys.stdout.writelines(f"{name}={value}\n" for name, value in environment().items())
