"""Settings from the environment: read once, typed, loud.

A setting NAME is the variable `MNEMOSCOPE_NAME`. A secret may instead come from the file that
`MNEMOSCOPE_NAME_FILE` names, or from `$MNEMOSCOPE_HOME/secrets/name`, so that no secret has to
stand in a process's environment.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, overload

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

PREFIX = "MNEMOSCOPE_"
PROJECT_ROOT = Path(__file__).resolve().parents[2]

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str) -> str:
    return os.environ.get(PREFIX + name) or default


def boolean(name: str, *, default: bool) -> bool:
    raw = text(name, "1" if default else "0").lower()
    if raw in TRUE:
        return True
    if raw in FALSE:
        return False
    raise ImproperlyConfigured(f"{PREFIX}{name} is '{raw}': write 1 or 0.")


def integer(name: str, default: int, *, low: int, high: int) -> int:
    raw = text(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{PREFIX}{name} is '{raw}': write a whole number.") from None
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{PREFIX}{name} is {value}: write {low} to {high}.")
    return value


def home() -> Path:
    """The folder that holds everything an embedded instance keeps."""
    return Path(text("HOME", str(PROJECT_ROOT / ".mnemoscope"))).expanduser().resolve()


def secret_file(name: str) -> Path:
    return home() / "secrets" / name.lower()


@overload
def secret(name: str) -> str: ...
@overload
def secret(name: str, default: str) -> str: ...
@overload
def secret(name: str, default: None) -> str | None: ...
def secret(name: str, default: str | None = "") -> str | None:
    """The secret's text, or `default` (a missing one without a default stops the boot)."""
    if direct := os.environ.get(PREFIX + name):
        return direct
    named = os.environ.get(f"{PREFIX}{name}_FILE")
    path = Path(named) if named else secret_file(name)
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        if named or default == "":
            raise ImproperlyConfigured(
                f"The secret {name} is missing: set {PREFIX}{name} or {PREFIX}{name}_FILE,"
                f" or run `manage.py up` once, which makes {path}."
            ) from None
        return default
    except OSError as error:
        raise ImproperlyConfigured(f"The secret {name} cannot be read: {error}.") from error


def parsed_secret(name: str, parse: Callable[[str], T]) -> T:
    """Raises ImproperlyConfigured with what `parse` complains of, which must not repeat it."""
    try:
        return parse(secret(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{PREFIX}{name}: {error}") from None
