"""A cache in the database that takes nothing but plain values out of it.

Django's own unpickles whatever the table holds. The table is no tenant's, so whoever could run SQL
as the application's role would run code in every process that reads it, and with that process's
keys.
"""

import pickle
from base64 import b64decode
from collections.abc import Iterable
from io import BytesIO
from typing import Any, NoReturn

from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from typing_extensions import override

from console.platform.clock import now


class PlainCache(DatabaseCache):
    @override
    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """Raises UnpicklingError on a value that is more than numbers, words, lists and such."""
        named = {self.make_and_validate_key(key, version=version): key for key in keys}
        table = connection.ops.quote_name(self._table)  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT cache_key, value FROM {table}"  # noqa: S608 - a name of the settings
                " WHERE cache_key = ANY(%s) AND expires > %s",
                [list(named), now()],
            )
            found = cursor.fetchall()
        return {named[key]: _Plain(BytesIO(b64decode(value))).load() for key, value in found}


class _Plain(pickle.Unpickler):
    """Makes no object, and so calls nothing."""

    @override
    def find_class(self, module: str, name: str, /) -> NoReturn:
        raise pickle.UnpicklingError("The cache holds what nobody here has put there.")
